import assert from "node:assert/strict";
import test from "node:test";
import { idsInMounts } from "./find-self.ts";

const id = "ab".repeat(32);

const cases: [rule: string, line: string, found: string[]][] = [
  [
    "Docker mounts files of the container's own directory",
    `612 600 8:1 /var/lib/docker/containers/${id}/hostname /etc/hostname rw,relatime - ext4 /dev/sda1 rw`,
    [id],
  ],
  [
    "so does Podman",
    `612 600 0:23 /containers/overlay-containers/${id}/userdata/hosts /etc/hosts rw - tmpfs tmpfs rw`,
    [id],
  ],
  [
    "on the host, another container's directory is a mount point, and not ours",
    `90 30 0:44 / /var/lib/docker/containers/${id}/mounts/shm rw - tmpfs shm rw`,
    [],
  ],
  ["an ordinary mount", "25 30 0:23 / /proc rw,nosuid - proc proc rw", []],
];

for (const [rule, line, found] of cases) {
  test(rule, () => assert.deepEqual(idsInMounts(`${line}\n`), found));
}
