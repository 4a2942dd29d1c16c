/**
 * Runs in a container as the gateway would, and prints what it sees of another:
 * `node engine-docker-viewer.ts '{"ref": WorkloadRef, "address": AddressMode, "network": ""}'`
 */
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
const { endpoints } = await engine.observe(ref);
const { signal } = new AbortController();
const answers = await Promise.all(endpoints.map((endpoint) => createProbe().http(endpoint, "/", "", signal)));
console.log(JSON.stringify({ endpoints, answers }));
await engine.close();
