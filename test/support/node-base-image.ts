import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import type Docker from "dockerode";

/** The base image of the Dockerfile. */
export const nodeBaseImage = "node:26-bookworm-slim";

/** The packages of Debian in that image that a build uses. */
const packages = [
  ["base-files", "bash", "ca-certificates", "coreutils", "dash", "findutils", "grep", "sed", "tar"],
  ["libacl1", "libatomic1", "libattr1", "libc6", "libc-bin", "libgcc-s1", "libgmp10", "libpcre2-8-0", "libselinux1"],
  ["libstdc++6", "libtinfo6"],
].flat();

/** Returns why the base image cannot be created here; `undefined` if it can. */
export function whyNoNodeBase(): string | undefined {
  if (!existsSync("/etc/debian_version")) return "the base image is created from Debian's packages";
  return existsSync(npmRoot()) ? undefined : "npm's files were not found next to its program";
}

/**
 * Creates the base image without a registry, from Debian's files, this machine's npm, and the pinned Node. An existing
 * image with this name is kept.
 */
export async function ensureNodeBase(docker: Docker): Promise<void> {
  const known = await docker.listImages({ filters: { reference: [nodeBaseImage] } });
  if (known.length > 0) return;
  const stage = mkdtempSync(path.join(tmpdir(), "dag-base-"));
  try {
    const [repo = "", tag = ""] = nodeBaseImage.split(":");
    const changes = [
      'CMD ["node"]',
      "ENV PATH=/usr/local/bin:/usr/bin:/bin",
      // The registry may be behind a proxy with its own certificate authority.
      "ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt",
    ];
    const tar = spawn("tar", tarArguments(stage), { stdio: ["ignore", "pipe", "inherit"] });
    const ended = once(tar, "close");
    const progress = await docker.importImage(tar.stdout, { repo, tag, changes });
    await new Promise<void>((resolve, reject) => {
      docker.modem.followProgress(progress, (error) => (error === null ? resolve() : reject(error)));
    });
    const [code] = (await ended) as [number];
    if (code !== 0) throw new Error(`tar ended with ${code}`);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

function tarArguments(stage: string): string[] {
  const list = path.join(stage, "debian-files");
  writeFileSync(list, debianFiles().join("\n"));
  const root = path.join(stage, "root");
  const merged = ["bin", "lib", "lib64", "sbin"];
  for (const dir of ["tmp", "proc", "sys", "dev", "root", "usr/local/bin", ...merged.map((name) => `usr/${name}`)])
    mkdirSync(path.join(root, dir), { recursive: true });
  for (const name of merged) symlinkSync(`usr/${name}`, path.join(root, name));
  symlinkSync("../lib/node_modules/npm/bin/npm-cli.js", path.join(root, "usr/local/bin/npm"));
  const node = realpathSync(process.execPath);
  return [
    ["-cf", "-", "--owner=0", "--group=0"],
    [`--transform=s,^${withoutSlash(npmRoot())},usr/local/lib/node_modules/npm,rS`],
    [`--transform=s,^${withoutSlash(node)}$,usr/local/bin/node,rS`],
    ["-C", root, "."],
    ["-C", "/", withoutSlash(npmRoot()), withoutSlash(node), "--no-recursion", "-T", list],
  ].flat();
}

/** Returns the files of the packages and the certificates, relative to the root, without manuals. */
function debianFiles(): string[] {
  const said = execFileSync("dpkg", ["-L", ...packages], { encoding: "utf8" });
  const files = said
    .split("\n")
    .filter((file) => file.startsWith("/") && !/^\/usr\/share\/(doc|man|locale|info|lintian)\//.test(file))
    .filter((file) => existsSync(file) && !lstatSync(file).isDirectory());
  // Packages still list /bin and /lib, which are links into /usr.
  const real = [...files, "/etc/ssl/certs/ca-certificates.crt"].map((file) =>
    path.join(realpathSync(path.dirname(file)), path.basename(file)),
  );
  return [...new Set(real)].filter((file) => path.dirname(file) !== "/").map(withoutSlash);
}

function npmRoot(): string {
  const program = realpathSync(execFileSync("which", ["npm"], { encoding: "utf8" }).trim());
  return path.resolve(program, "../..");
}

function withoutSlash(file: string): string {
  return file.replace(/^\//, "");
}
