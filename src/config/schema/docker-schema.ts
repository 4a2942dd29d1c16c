import { z } from "zod";
import { choice, name, text, textLike } from "./values.ts";

/** What names of containers on another host begin with. */
export const HOST_NAME = /^[a-z0-9][a-z0-9-]*$/;
const ADDRESS = /^(?:unix:\/\/\/\S+|(?:tcp|https?):\/\/[^\s/]+\/?)$/;

/** The keys of one item below `docker:`. */
export const dockerHostSchema = z.strictObject({
  name: name(HOST_NAME, "a host's name (lower-case letters, digits, -)").describe(
    "What its containers' names begin with: `nas:notes`.",
  ),
  host: textLike(ADDRESS, "unix:///path/to/docker.sock or tcp://host:port")
    .prefault("")
    .describe("Where its Docker listens; empty: `DOCKER_HOST`, or the usual socket."),
  tls: z
    .strictObject({
      ca: text().prefault("").describe("A file with the certificate authority that signed Docker's certificate."),
      cert: text().prefault("").describe("A file with the gateway's own certificate, where Docker demands one."),
      key: text().prefault("").describe("A file with the key of that certificate."),
    })
    .optional()
    .describe("TLS for `tcp://`; Docker's certificate must be valid for the host."),
  reach: text()
    .prefault("")
    .describe("Where ports that its containers publish are found from here; empty: the host in `host`."),
  address: choice("auto", "container", "published")
    .optional()
    .describe("As `gateway.address`, for this host; unset: as there."),
});

/** Several Docker hosts. */
export const dockerSchema = z.array(dockerHostSchema);

/** What the file says of one Docker host. */
export type DockerHostKeys = z.output<typeof dockerHostSchema>;
