import assert from "node:assert/strict";
import test from "node:test";
import { missingNetwork, type NetworkMembership } from "./missing-network.ts";

const ID = "d2f2".repeat(16);

function container(labels: Record<string, string> = {}): NetworkMembership {
  const at = { NetworkID: ID } as NetworkMembership["NetworkSettings"]["Networks"][string];
  return {
    Name: "/app",
    Config: { Labels: labels },
    NetworkSettings: { Networks: { front: { ...at, NetworkID: "" }, shop_default: at } },
  };
}

for (const [rule, message] of [
  ["by its id", `network ${ID} not found`],
  ["by its id, in the words of newer releases", `failed to set up container networking: network ${ID} not found`],
  ["by its name", "network shop_default not found"],
  ["in Podman's words", `unable to find network with name or ID shop_default: network not found`],
] as const) {
  test(`a missing network that the engine reports ${rule} is named, with its repair`, () => {
    assert.match(
      missingNetwork(message, container()) ?? "",
      /^its network "shop_default" was removed .*docker network create shop_default"/,
    );
  });
}

test("for a Compose project the repair is docker compose up -d in the project's folder", () => {
  const labels = { "com.docker.compose.project": "shop", "com.docker.compose.project.working_dir": "/srv/shop" };
  assert.match(
    missingNetwork(`network ${ID} not found`, container(labels)) ?? "",
    /"docker compose up -d" in \/srv\/shop$/,
  );
});

for (const message of ["driver failed programming external connectivity", "network other not found", "no such image"]) {
  test(`"${message}" is no missing network of this container`, () => {
    assert.equal(missingNetwork(message, container()), undefined);
  });
}
