/**
 * Runs in a container as the gateway would, and prints what it sees of another:
 * `node engine-docker-viewer.ts '{"ref": WorkloadRef, "address": AddressMode, "network": ""}'`. Then it tries to stop it.
 */
import { endpointsOf } from "../../src/core/observation.ts";
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
const { signal } = new AbortController();
const found = await Promise.all(endpoints.map((endpoint) => createProbe().http(endpoint, "/", "", signal)));
const answers = found.map(({ kind }) => kind === "ready");
const fault = await engine.stop(ref, { method: "stop", timeoutMs: 0, signal: "" }).then(() => "", String);
console.log(JSON.stringify({ endpoints, answers, fault }));
await engine.close();
