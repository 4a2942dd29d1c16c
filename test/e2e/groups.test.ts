import assert from "node:assert/strict";
import { describe } from "node:test";
import { uniqueName } from "../support/docker.ts";
import { startGateway } from "../support/gateway.ts";
import { onDocker } from "../support/sleeping.ts";
import { waitUntil } from "../support/wait-until.ts";

describe("a group", () => {
  onDocker("wakes all members and takes turns among those that are ready", async (t, docker) => {
    const members = await Promise.all(
      ["a", "b"].map((name) => docker.createContainer({ start: false, env: { NAME: name } })),
    );
    const gateway = await startGateway(t, {
      dockerHost: docker.host,
      config: {
        containers: members.map(({ name }) => ({ name })),
        groups: [{ name: "pair", host: "pair.test", containers: members.map(({ name }) => name) }],
      },
    });
    const names = async (): Promise<string> => {
      const answers = [await gateway.request({ host: "pair.test" }), await gateway.request({ host: "pair.test" })];
      return answers
        .map(({ text }) => /Hello from (\w)/u.exec(text)?.[1] ?? text)
        .toSorted()
        .join("");
    };
    await waitUntil(async () => (await names()) === "ab", 10_000, "both members");
    await members[0]?.remove();
    for (let round = 0; round < 10; round += 1) {
      const answer = await gateway.request({ host: "pair.test" });
      assert.equal(answer.status, 200, "one member that is gone never fails the group");
      assert.match(answer.text, /Hello from b/u);
    }
  });

  onDocker("keeps a client with its member by a cookie, and moves it when that member sleeps", async (t, docker) => {
    const members = await Promise.all(["a", "b"].map((name) => docker.createContainer({ env: { NAME: name } })));
    const gateway = await startGateway(t, {
      dockerHost: docker.host,
      config: {
        containers: members.map(({ name }) => ({ name })),
        groups: [{ name: "pair", host: "pair.test", sticky: "member", containers: members.map(({ name }) => name) }],
      },
    });
    const first = await waitUntil(async () => {
      const answer = await gateway.request({ host: "pair.test" });
      return answer.status === 200 && answer;
    });
    const cookie = String(first.headers["set-cookie"]).split(";")[0] ?? "";
    assert.match(cookie, /^member=/u);
    for (let round = 0; round < 6; round += 1) {
      const restart = await gateway.request({ host: "pair.test", headers: { cookie } });
      assert.equal(restart.text, first.text);
      assert.equal(restart.headers["set-cookie"], undefined);
    }
    const home = members.find(({ name }) => cookie.includes(name));
    await home?.remove();
    await waitUntil(async () => (await gateway.request({ host: "pair.test", headers: { cookie } })).status === 200);
    const moved = await gateway.request({ host: "pair.test", headers: { cookie } });
    assert.notEqual(moved.text, first.text);
    assert.match(String(moved.headers["set-cookie"]), /^member=/u);
  });

  onDocker("is formed by replicas of one Compose service that share a host", async (t, docker) => {
    const host = `${uniqueName("scaled")}.test`;
    const labels = {
      "dag.enabled": "true",
      "dag.host": host,
      "com.docker.compose.project": uniqueName("project"),
      "com.docker.compose.service": "web",
    };
    await Promise.all(
      ["a", "b"].map((name, index) => {
        const numbered = { ...labels, "com.docker.compose.container-number": String(index + 1) };
        return docker.createContainer({ start: false, env: { NAME: name }, labels: numbered });
      }),
    );
    const gateway = await startGateway(t, { dockerHost: docker.host });
    const seen = new Set<string>();
    await waitUntil(async () => {
      seen.add((await gateway.request({ host })).text);
      return seen.size >= 2;
    });
  });
});
