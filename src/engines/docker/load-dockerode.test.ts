import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { loadDockerode } from "./load-dockerode.ts";

test("dockerode is loaded without gRPC and ssh", () => {
  const Dockerode = loadDockerode();
  assert.equal(typeof new Dockerode({ socketPath: "/nowhere" }).getContainer("app").start, "function");
  const loaded = Object.keys(createRequire(import.meta.url).cache);
  assert.ok(loaded.some((file) => file.includes("/docker-modem/")));
  assert.deepEqual(
    loaded.filter((file) => /node_modules\/(@grpc|protobufjs|ssh2)\//.test(file)),
    [],
  );
});
