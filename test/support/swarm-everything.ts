import type { TestContext } from "node:test";
import { cleanup } from "./cleanup.ts";
import { uniqueName } from "./docker.ts";
import type { SwarmBed } from "./swarm-bed.ts";
import { managerOf, type ServiceSpec } from "./swarm-services.ts";

/** Returns a service spec with everything that a careless update would lose. */
export async function everything(t: TestContext, bed: SwarmBed): Promise<Pick<ServiceSpec, "container" | "task">> {
  const docker = managerOf(bed);
  const secret = await docker.createSecret({ Name: uniqueName("secret"), Labels: {}, Data: "c2VjcmV0" });
  const config = await docker.createConfig({ Name: uniqueName("config"), Labels: {}, Data: "Y29uZmln" });
  cleanup(t, () => Promise.all([secret.remove(), config.remove()]));
  const nameOf = async (object: { inspect(): Promise<{ Spec?: { Name?: string } }> }): Promise<string> =>
    (await object.inspect()).Spec?.Name ?? "";
  const File = { Name: "/run/one", UID: "0", GID: "0", Mode: 0o444 };
  return {
    // An older Engine drops the fields that it does not know.
    container: {
      Labels: { kind: "everything" },
      Secrets: [{ File, SecretID: secret.id, SecretName: await nameOf(secret) }],
      Configs: [{ File: { ...File, Name: "/two" }, ConfigID: config.id, ConfigName: await nameOf(config) }],
      Healthcheck: { Test: ["CMD", "true"], Interval: SECOND, StartPeriod: 5 * SECOND, StartInterval: SECOND / 5 },
      Privileges: {
        SELinuxContext: { Disable: true },
        Seccomp: { Mode: "custom", Profile: Buffer.from('{"defaultAction":"SCMP_ACT_ALLOW"}').toString("base64") },
        AppArmor: { Mode: "disabled" },
        NoNewPrivileges: true,
      },
      Sysctls: { "net.ipv4.ip_unprivileged_port_start": "0" },
      CapabilityAdd: ["CAP_NET_ADMIN"],
      CapabilityDrop: ["CAP_MKNOD"],
      Ulimits: [{ Name: "nofile", Soft: 1_024, Hard: 2_048 }],
      OomScoreAdj: 100,
      Hosts: ["192.0.2.1 elsewhere"],
      Mounts: [{ Type: "tmpfs", Target: "/scratch", TmpfsOptions: { SizeBytes: 1_048_576, Options: [["noexec"]] } }],
    },
    task: {
      Resources: { Limits: { MemoryBytes: rawJSON(ODD), Pids: 100 }, MemorySwappiness: 10 },
      RestartPolicy: { Condition: "any", Delay: 100_000_000, Window: rawJSON(ODD) },
      LogDriver: { Name: "json-file", Options: { "max-size": "1m" } },
      ForceUpdate: rawJSON(ODD),
    },
  };
}

const SECOND = 1_000_000_000;
/** 2^53 + 1, which JavaScript rounds. */
const ODD = "9007199254740993";
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => object };
