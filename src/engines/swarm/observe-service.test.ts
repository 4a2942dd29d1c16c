import assert from "node:assert/strict";
import { test } from "node:test";
import { observeService } from "./observe-service.ts";
import type { Service, Task } from "./swarm-objects.ts";
import type { SwarmView } from "./task-endpoints.ts";

test("the version of a service is known, asleep or awake", () => {
  const view: SwarmView = {
    mode: "auto",
    network: "",
    interfaces: [],
    nodeAddress: () => undefined,
    meshAddresses: [],
  };
  const seen = [0, 2].map((replicas) => {
    const Spec = { Name: "web", Mode: { Replicated: { Replicas: replicas } } };
    const service = { ID: "s1", Version: { Index: 7 }, Spec };
    const ref = { name: "web", targetPort: 80, network: "" };
    return observeService(ref, service, { tasks: [], view, startedAtMs: undefined });
  });
  assert.deepEqual(
    seen.map(({ status, version, wanted }) => [status, version, wanted]),
    [
      ["stopped", "7", 0],
      ["running", "7", 2],
    ],
  );
});

test("an update of a service that runs is shown until it is done", () => {
  const view: SwarmView = {
    mode: "auto",
    network: "",
    interfaces: [],
    nodeAddress: () => undefined,
    meshAddresses: [],
  };
  const states = ["updating", "paused", "rollback_started", "rollback_paused", "completed", "rollback_completed"];
  const shown = states.filter((State) => {
    const Spec = { Name: "web", Mode: { Replicated: { Replicas: 2 } } };
    const service = { ID: "s1", Version: { Index: 7 }, Spec, UpdateStatus: { State } };
    const ref = { name: "web", targetPort: 80, network: "" };
    return observeService(ref, service, { tasks: [], view, startedAtMs: undefined }).updating;
  });
  assert.deepEqual(shown, states.slice(0, 4));
});

test("a task has an address for each port that a host names, or else for its service's published one", () => {
  const view: SwarmView = {
    mode: "auto",
    network: "",
    interfaces: [],
    nodeAddress: () => "10.0.0.9",
    meshAddresses: [],
  };
  const Ports = [9000, 9001].map((port) => ({
    Protocol: "tcp",
    TargetPort: port,
    PublishedPort: port + 10_000,
    PublishMode: "host",
  }));
  const service = {
    ID: "s1",
    Version: { Index: 7 },
    Spec: { Name: "minio", Mode: { Replicated: { Replicas: 1 } } },
    Endpoint: { Ports: [Ports[0]] },
  } as unknown as Service;
  const task = {
    ID: "t1",
    NodeID: "n1",
    DesiredState: "running",
    Status: { State: "running", Timestamp: "2026-01-01T00:00:00Z", PortStatus: { Ports } },
  } as unknown as Task;
  const ref = { name: "minio", targetPort: 80, findsPort: true, namedPorts: [9001], network: "" };
  const { instances } = observeService(ref, service, { tasks: [task], view, startedAtMs: undefined });
  assert.deepEqual(
    instances[0]?.endpoints.map(({ port, targetPort, namedPort }) => [port, targetPort, namedPort]),
    [
      [19_000, 9000, undefined],
      [19_001, undefined, 9001],
    ],
  );
});

test("the routing mesh is reached at each manager, because the first one may be down", () => {
  const meshAddresses = ["10.0.0.1", "10.0.0.2"];
  const view: SwarmView = { mode: "auto", network: "", interfaces: [], nodeAddress: () => undefined, meshAddresses };
  const service = {
    ID: "s1",
    Version: { Index: 7 },
    Spec: { Name: "web", Mode: { Replicated: { Replicas: 1 } } },
    Endpoint: { Ports: [{ Protocol: "tcp", TargetPort: 80, PublishedPort: 30_000, PublishMode: "ingress" }] },
  } as unknown as Service;
  const task = { ID: "t1", DesiredState: "running", Status: { State: "running" } } as unknown as Task;
  const ref = { name: "web", targetPort: 80, network: "" };
  const { instances } = observeService(ref, service, { tasks: [task], view, startedAtMs: undefined });
  assert.deepEqual(
    instances[0]?.endpoints.map(({ host, port }) => `${host}:${port}`),
    ["10.0.0.1:30000", "10.0.0.2:30000"],
  );
});
