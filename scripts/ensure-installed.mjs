/**
 * Prepares a fresh clone: installs the packages of the lockfile if any is missing, compiles if the program is a
 * compiled one, then runs it with the pinned Node. It is plain JavaScript for Node 20, because it runs before anything
 * is installed.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { constants } from "node:os";
import path from "node:path";

const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), "..");
const pinnedNode = path.join(root, "node_modules/.bin/node");

process.chdir(root);
if (!isInstalled()) install();
const [program, ...rest] = process.argv.slice(2);
if (program?.startsWith("dist/") && isOlderThanSource(program)) build();
if (program !== undefined) run(findNode(), [program, ...rest]);

/** Returns whether every package of the lockfile is installed in its version, except those for other platforms. */
function isInstalled() {
  const wanted = readPackages("package-lock.json");
  const found = readPackages("node_modules/.package-lock.json");
  return Object.entries(wanted).every(([name, entry]) => {
    if (name === "" || entry.optional === true || entry.devOptional === true) return true;
    return found[name]?.version === entry.version && existsSync(path.join(root, name));
  });
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(path.join(root, file), "utf8")).packages ?? {};
  } catch {
    return {};
  }
}

function install() {
  const began = Date.now();
  say("Installing the dependencies (first run, about half a minute) …");
  // With NODE_ENV=production npm would leave out the pinned Node and the test tools.
  npm(["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"]);
  // The `node` package downloads its binary in an install script, which some npm settings disable.
  if (!existsSync(pinnedNode) || !existsSync(path.join(root, "node_modules/node/bin"))) fetchPinnedNode();
  say(`Installed in ${Math.round((Date.now() - began) / 1000)} s.`);
}

function npm(args) {
  const cli = process.env.npm_execpath;
  const [command, ...first] = cli?.endsWith(".js") ? [process.execPath, cli] : ["npm"];
  const { status, error } = spawnSync(command, [...first, ...args], { cwd: root, stdio: ["ignore", 2, 2] });
  if (status === 0) return;
  say(`npm ${args[0]} failed${error ? `: ${error.message}` : ""}. Its messages are above; the network may be missing.`);
  process.exit(1);
}

function fetchPinnedNode() {
  const cwd = path.join(root, "node_modules/node");
  if (existsSync(cwd)) spawnSync(process.execPath, ["installArchSpecificPackage.js"], { cwd, stdio: ["ignore", 2, 2] });
}

function isOlderThanSource(compiled) {
  if (!existsSync(compiled)) return true;
  const sources = readdirSync("src", { recursive: true }).map((file) => path.join("src", file));
  const { mtimeMs } = statSync(compiled);
  return ["src", "package-lock.json", "tsconfig.json", ...sources].some((file) => {
    return (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) > mtimeMs;
  });
}

function build() {
  const { status } = spawnSync(findNode(), ["scripts/build.mjs"], { stdio: ["ignore", 2, 2] });
  if (status !== 0) process.exit(1);
}

/** Returns the pinned Node, or, if that does not run here (musl, missing libatomic), this one if it strips types. */
function findNode() {
  const tried = spawnSync(pinnedNode, ["--version"], { encoding: "utf8" });
  if (tried.status === 0) return pinnedNode;
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 23 || (major === 22 && minor >= 18)) return process.execPath;
  say(`The pinned Node (${pinnedNode}) does not run here: ${(tried.error?.message ?? tried.stderr).trim()}`);
  if (tried.stderr?.includes("libatomic")) say("On Debian and Ubuntu: apt-get install libatomic1");
  say(`Node ${process.versions.node} cannot be used instead: 22.18 or newer is required.`);
  process.exit(1);
}

/** Runs the program, forwards signals to it, and ends in the same way as the program. */
function run(node, args) {
  const bin = path.join(root, "node_modules/.bin");
  const env = { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH ?? ""}` };
  const child = spawn(node, args, { cwd: root, stdio: "inherit", env });
  // A terminal sends Ctrl-C and hang-ups to the whole process group, so forwarding would deliver them twice.
  const terminal = process.stdin.isTTY || process.stdout.isTTY;
  for (const signal of ["SIGINT", "SIGHUP"]) process.on(signal, () => terminal || child.kill(signal));
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  // Some versions of npm do not forward the signal that ends them, so this ends when npm has ended.
  const parent = process.ppid;
  const orphaned = () => process.ppid !== parent && child.kill("SIGTERM");
  if (process.env.npm_lifecycle_event !== undefined) setInterval(orphaned, 500).unref();
  child.on("error", (error) => {
    say(error.message);
    process.exit(1);
  });
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 1)));
}

function say(line) {
  process.stderr.write(`${line}\n`);
}
