import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import type Docker from "dockerode";

/** `tiny`: busybox alone. `app`: Node, busybox and `images/app.mjs`, listening on port 80. */
export type ImageKind = "tiny" | "app";

const root = path.resolve(import.meta.dirname, "../..");
const applets = ["cat", "echo", "false", "head", "httpd", "kill", "ls", "nc", "ps", "sh", "sleep", "true", "wget"];

/**
 * Returns the name of an image of the daemon. Creates it on first use from this machine's programs, without a registry.
 * Its tag depends on its content, so that a long-lived daemon never uses an outdated one.
 */
export async function ensureImage(docker: Docker, kind: ImageKind, exposes: readonly number[] = [80]): Promise<string> {
  const files = kind === "tiny" ? busyboxFiles() : new Map([...busyboxFiles(), ...appFiles()]);
  const tag = fingerprint(files);
  // With a host in the name, because Podman would look up others in a registry; with the tag, because it ignores `tag`.
  const image = `localhost/dag-test/${[kind, ...exposes].join("-")}:${tag}`;
  if (await hasImage(docker, image)) return image;
  const command = kind === "tiny" ? ["sleep", "2147483"] : ["node", "/app/app.mjs"];
  const changes = [`CMD ${JSON.stringify(command)}`, "ENV PATH=/usr/local/bin:/bin"];
  const exposed = exposes.map((port) => `EXPOSE ${port}`);
  await importFiles(docker, files, { repo: image, changes: [...changes, ...exposed] });
  return image;
}

/** Maps paths in the image to paths on this machine. */
type Files = ReadonlyMap<string, string>;

function busyboxFiles(): Files {
  const busybox = ["/bin/busybox", "/usr/bin/busybox"].find((file) => existsSync(file));
  if (busybox === undefined) throw new Error("test images need busybox (Debian: apt-get install busybox-static)");
  if (librariesOf(busybox).length > 0) throw new Error("test images need a static busybox (Debian: busybox-static)");
  return new Map(["busybox", ...applets].map((name) => [`/bin/${name}`, busybox]));
}

function appFiles(): Files {
  const node = realpathSync(process.execPath);
  return new Map([
    ["/usr/local/bin/node", node],
    ...librariesOf(node).map((file): [string, string] => [file, file]),
    ["/app/app.mjs", path.join(root, "test/support/images/app.mjs")],
    ["/app/node_modules/ws", path.join(root, "node_modules/ws")],
  ]);
}

/** Returns the paths of the shared libraries and the loader of a program; none if it is static. */
function librariesOf(program: string): string[] {
  try {
    const said = execFileSync("ldd", [program], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return [...said.matchAll(/(\/\S+) \(0x/g)].flatMap((match) => match[1] ?? []);
  } catch {
    return [];
  }
}

function fingerprint(files: Files): string {
  const hash = createHash("sha256");
  for (const [target, source] of files) {
    const { size, mtimeMs } = statSync(source);
    hash.update(`${target}\0${size}\0`);
    if (size < 100_000 && statSync(source).isFile()) hash.update(readFileSync(source));
    else hash.update(String(mtimeMs));
  }
  return hash.digest("hex").slice(0, 12);
}

async function hasImage(docker: Docker, image: string): Promise<boolean> {
  try {
    await docker.getImage(image).inspect();
    return true;
  } catch {
    return false;
  }
}

async function importFiles(
  docker: Docker,
  files: Files,
  options: { repo: string; changes: readonly string[] },
): Promise<void> {
  const stage = mkdtempSync(path.join(tmpdir(), "dag-image-"));
  try {
    for (const [target, source] of files) {
      mkdirSync(path.join(stage, path.dirname(target)), { recursive: true });
      symlinkSync(source, path.join(stage, target));
    }
    for (const dir of ["tmp", "proc", "sys", "dev", "etc"]) mkdirSync(path.join(stage, dir), { recursive: true });
    // tar follows the links, so that nothing is copied on this machine.
    const tar = spawn("tar", ["-chf", "-", "-C", stage, "."], { stdio: ["ignore", "pipe", "inherit"] });
    const ended = once(tar, "close");
    const progress = await docker.importImage(tar.stdout, options);
    await new Promise<void>((resolve, reject) => {
      docker.modem.followProgress(progress, (error) => (error === null ? resolve() : reject(error)));
    });
    const [code] = (await ended) as [number];
    if (code !== 0) throw new Error(`tar ended with ${code}`);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}
