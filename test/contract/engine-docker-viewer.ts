/**
 * Runs in a container as the gateway would, and prints what it sees of another:
 * `node engine-docker-viewer.ts '{"ref": WorkloadRef, "address": AddressMode, "network": ""}'`. Then it tries to stop it.
 */
import { type Endpoint, endpointsOf } from "../../src/core/observation.ts";
import { createDockerEngine } from "../../src/engines/docker/create-docker-engine.ts";
import { createProbe } from "../../src/engines/probe.ts";
import type { AddressMode } from "../../src/core/settings.ts";
import type { WorkloadRef } from "../../src/lifecycle/ports.ts";

interface Question {
  readonly ref: WorkloadRef;
  readonly address: AddressMode;
  readonly network: string;
}

const { ref, ...reach } = JSON.parse(process.argv[2] ?? "") as Question;
const engine = createDockerEngine({ environment: {}, reach: () => reach });
const endpoints = endpointsOf(await engine.observe(ref));
const answers = await Promise.all(endpoints.map(answersSoon));
const fault = await engine.stop(ref, { method: "stop", timeoutMs: 0, signal: "" }).then(() => "", String);
console.log(JSON.stringify({ endpoints, answers, fault }));
await engine.close();

/** A single probe may be late on a busy machine. */
async function answersSoon(endpoint: Endpoint): Promise<boolean> {
  const { signal } = new AbortController();
  for (let tries = 0; tries < 5; tries += 1) {
    if ((await createProbe().http(endpoint, "/", "", signal)).kind === "ready") return true;
  }
  return false;
}
