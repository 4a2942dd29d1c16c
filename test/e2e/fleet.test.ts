import assert from "node:assert/strict";
import { describe } from "node:test";
import { uniqueName } from "../support/docker.ts";
import { type Gateway, startGateway } from "../support/gateway.ts";
import { onDocker } from "../support/sleeping.ts";
import { waitUntil } from "../support/wait-until.ts";

const PROJECTS = 20;
const SERVICES = 10;
/** How many services of each project are visited: enough to share the database, few enough for a small machine. */
const VISITED = 2;

describe(`${PROJECTS * SERVICES} containers in ${PROJECTS} projects with a shared database`, () => {
  onDocker("wake the requested app and the database once, and stop the database last", async (t, docker) => {
    const prefix = uniqueName("fleet");
    const serve = ["sh", "-c", "mkdir /www; echo $HOSTNAME > /www/index.html; exec httpd -f -p 80 -h /www"];
    const quick = { image: "tiny", cmd: serve, stopSignal: "SIGKILL", start: false };
    const database = await docker.createContainer({ name: `${prefix}-db`, ...quick });
    for (let project = 0; project < PROJECTS; project += 1) {
      const services = Array.from({ length: SERVICES }, (_, service) => {
        const labels = {
          "com.docker.compose.project": `${prefix}-p${project}`,
          "com.docker.compose.service": `s${service}`,
          "dag.enabled": "true",
          "dag.host": hostOf(prefix, project, service),
          "dag.depends_on": database.name,
          "dag.idle_timeout": "4s",
        };
        return docker.createContainer({ name: `${prefix}-p${project}-s${service}`, labels, ...quick });
      });
      await Promise.all(services);
    }
    // So many starts at once may take a busy machine longer than a visitor would wait.
    const config = { gateway: { hold_timeout: "2m" } };
    const gateway = await startGateway(t, { dockerHost: docker.host, config });

    const visits = Array.from({ length: PROJECTS * VISITED }, (_, index) => {
      const host = hostOf(prefix, index % PROJECTS, Math.floor(index / PROJECTS));
      return gateway.request({ host, headers: { "x-request-id": String(index) } });
    });
    assert.deepEqual(
      (await Promise.all(visits)).map(({ status }) => status),
      visits.map(() => 200),
    );
    assert.equal(eventsOf(gateway, "wake", database.name).length, 1, "the database was started once");

    const stopped = await waitUntil(
      () => eventsOf(gateway, "stopped", database.name)[0],
      60_000,
      "the database's stop",
    );
    assert.equal(stopped["reason"], "unneeded");
    const order = gateway.log.filter(({ event }) => event === "stopped").map(({ container }) => container);
    const others = gateway.log.filter(({ event }) => !["wake", "ready", "stopped"].includes(String(event)));
    assert.equal(order.length, PROJECTS * VISITED + 1, others.map((line) => JSON.stringify(line)).join("\n"));
    assert.equal(order.at(-1), database.name);
  });
});

function hostOf(prefix: string, project: number, service: number): string {
  return `s${service}.p${project}.${prefix}.test`;
}

function eventsOf({ log }: Gateway, name: string, of: string): Gateway["log"][number][] {
  return log.filter(({ event, container }) => event === name && container === of);
}
