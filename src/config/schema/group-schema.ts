import { z } from "zod";
import { choice, cookieName, hosts, integer, list, name } from "./values.ts";

/** The keys of a group, which puts several containers behind the same hosts. */
export const groupSchema = z
  .strictObject({
    name: name(/^[\w.-]+$/, "a group name (letters, digits, _ . -)").describe("The group's name."),
    host: hosts()
      .prefault([])
      .describe(
        "Host names of the group; `host=port` routes to this port of each member. Not needed for a group that a front proxy names by path (`/_auth/FRONT/group/NAME`).",
      ),
    strategy: choice("round-robin", "least-connections", "weighted")
      .prefault("round-robin")
      .describe("Which member gets the next request."),
    sticky: cookieName()
      .prefault("")
      .describe("Name of a cookie that sends a client to the same member again; empty: none."),
    containers: list(name(/^\S+$/, "a container name"))
      .prefault([])
      .describe("Names of its members, which are listed under `containers`."),
    target_concurrency: integer(0, 1_000_000)
      .prefault(0)
      .describe("0: all members wake together. n: one first, the next when each awake member has n open requests."),
  })
  .meta({ required: ["name", "containers"] });

/** The parsed keys of a group. */
export type GroupKeys = z.output<typeof groupSchema>;
