import assert from "node:assert/strict";
import { test } from "node:test";
import { createScaleBacks, ownerOfReplicas } from "./scale-backs.ts";

const NAME = "kubernetes:n/web";

test("who scales back twice within a minute of our stop is left alone for an hour, and named", () => {
  let now = 0;
  const scaleBacks = createScaleBacks(() => now);
  for (const atMs of [0, 100_000]) {
    now = atMs;
    stop(scaleBacks);
    assert.equal(scaleBacks.refusal(NAME), undefined);
    now += 30_000;
    assert.equal(scaleBacks.note(0, { name: NAME, replicas: 2, owner: "argocd-controller" }), true);
  }
  assert.match(scaleBacks.refusal(NAME) ?? "", /^argocd-controller has scaled it up again twice .* for 60 minutes/);
  now += 3_600_000;
  assert.equal(scaleBacks.refusal(NAME), undefined);
});

test("our own wakes, and those of others long after a stop, are no scale-backs", () => {
  let now = 0;
  const scaleBacks = createScaleBacks(() => now);
  for (let round = 0; round < 4; round += 1) {
    stop(scaleBacks);
    scaleBacks.expect(NAME, 2);
    assert.equal(scaleBacks.note(0, { name: NAME, replicas: 2, owner: undefined }), false);
    stop(scaleBacks);
    now += 61_000;
    assert.equal(scaleBacks.note(0, { name: NAME, replicas: 1, owner: undefined }), true);
  }
  assert.equal(scaleBacks.refusal(NAME), undefined);
});

test("our own writes are none however late their events arrive, or if only the last count is listed", () => {
  const scaleBacks = createScaleBacks(() => 0);
  for (let round = 0; round < 4; round += 1) {
    scaleBacks.expect(NAME, 0);
    scaleBacks.expect(NAME, 2);
    scaleBacks.expect(NAME, 0);
    assert.equal(scaleBacks.note(2, { name: NAME, replicas: 0, owner: undefined }), false);
    assert.equal(scaleBacks.note(0, { name: NAME, replicas: 2, owner: undefined }), false);
    assert.equal(scaleBacks.note(2, { name: NAME, replicas: 0, owner: undefined }), false);
    scaleBacks.expect(NAME, 1);
    scaleBacks.expect(NAME, 0);
    scaleBacks.expect(NAME, 2);
    assert.equal(scaleBacks.note(0, { name: NAME, replicas: 2, owner: undefined }), false);
  }
  assert.equal(scaleBacks.refusal(NAME), undefined);
});

test("a write that was refused is expected no more, and what came before it still is", () => {
  const scaleBacks = createScaleBacks(() => 0);
  scaleBacks.expect(NAME, 2);
  scaleBacks.expect(NAME, 0);
  scaleBacks.forget(NAME);
  assert.equal(scaleBacks.note(0, { name: NAME, replicas: 2, owner: undefined }), false);
  assert.equal(scaleBacks.note(2, { name: NAME, replicas: 0, owner: undefined }), true);
});

test("the owner of replicas is the manager that holds the field, if one does", () => {
  assert.equal(ownerOfReplicas(web(2, "helm")), "helm");
  assert.equal(ownerOfReplicas(web(2)), undefined);
});

function stop(scaleBacks: ReturnType<typeof createScaleBacks>): void {
  scaleBacks.expect(NAME, 0);
  scaleBacks.note(2, { name: NAME, replicas: 0, owner: undefined });
}

function web(replicas: number, manager?: string) {
  const metadata = { name: "web", namespace: "n", uid: "u", resourceVersion: "1" };
  const managedFields = [
    { manager: "kube-controller-manager", fieldsV1: {} },
    ...(manager === undefined ? [] : [{ manager, fieldsV1: { "f:spec": { "f:replicas": {} } } }]),
  ];
  return {
    metadata: { ...metadata, managedFields },
    spec: { replicas, selector: {}, template: { spec: { containers: [] } } },
  };
}
