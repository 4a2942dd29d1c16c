import { z } from "zod";
import { choice, name, reachableAddress, text, textLike } from "./values.ts";

/** The names of Docker hosts, which prefix those of their containers. */
export const HOST_NAME = /^[a-z0-9][a-z0-9-]*$/;
const ADDRESS = /^(?:unix:\/\/\/\S+|(?:tcp|https?):\/\/[^\s/]+\/?)$/;

/** The keys of one item below `docker:`. */
export const dockerHostSchema = z.strictObject({
  name: name(HOST_NAME, "a host's name (lower-case letters, digits, -)").describe(
    "Prefix of its containers' names: `nas:notes`.",
  ),
  host: textLike(ADDRESS, "unix:///path/to/docker.sock or tcp://host:port")
    .prefault("")
    .describe("Address of its Docker; empty: `DOCKER_HOST`, or the default socket."),
  tls: z
    .strictObject({
      ca: text().prefault("").describe("A file with the certificate authority that signed Docker's certificate."),
      cert: text().prefault("").describe("A file with the gateway's client certificate, if Docker requires one."),
      key: text().prefault("").describe("A file with the key of that certificate."),
    })
    .optional()
    .describe("TLS for `tcp://`; Docker's certificate must be valid for the host."),
  reach: reachableAddress()
    .prefault("")
    .describe("Address at which the gateway reaches published ports; empty: the host in `host`."),
  address: choice("auto", "container", "published")
    .optional()
    .describe("Like `gateway.address`, for this host; unset: `gateway.address` applies."),
});

/** The list of Docker hosts. */
export const dockerSchema = z.array(dockerHostSchema);

/** The parsed keys of a Docker host. */
export type DockerHostKeys = z.output<typeof dockerHostSchema>;
