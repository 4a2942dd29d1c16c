import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** A network bridge that only this process uses, with its addresses. */
export interface Bridge {
  readonly name: string;
  /** `10.N`, the range of all addresses. */
  readonly range: string;
  /** `10.N.0`, the addresses of the bridge; its own is `.1`. */
  readonly subnet: string;
  /** The CIDR for user-defined networks. */
  readonly pool: string;
}

/** Creates a bridge with addresses that nothing on this machine uses. The name of the link claims them. */
export function claimBridge(): Bridge {
  const taken = takenRanges();
  const start = 64 + (process.pid % 128);
  for (let step = 0; step < 128; step += 1) {
    const number = 64 + ((start + step) % 128);
    if (taken.has(number)) continue;
    const bridge = describeBridge(number);
    if (!tryRun("ip", "link", "add", bridge.name, "type", "bridge")) continue;
    run("ip", "addr", "add", `${bridge.subnet}.1/24`, "dev", bridge.name);
    run("ip", "link", "set", bridge.name, "up");
    // If bridged packets pass the firewall, its policy may be to drop packets between containers.
    tryRun("iptables", "-w", "-I", "FORWARD", ...forwardRule(bridge));
    return bridge;
  }
  throw new Error("no free 10.N.0.0/16 range for a bridge");
}

/** Removes the bridge, its rule, and the bridges of networks from its pool. */
export function releaseBridge(bridge: Bridge): void {
  // Not os.networkInterfaces(), which leaves out links without a carrier, such as a bridge without containers.
  const addresses = execFileSync("ip", ["-o", "-4", "addr", "show"], { encoding: "utf8" });
  for (const [, name = "", address = ""] of addresses.matchAll(/^\d+: (\S+)\s+inet (\S+)/gm)) {
    if (name.startsWith("br-") && address.startsWith(`${bridge.range}.`)) tryRun("ip", "link", "del", name);
  }
  tryRun("ip", "link", "del", bridge.name);
  tryRun("iptables", "-w", "-D", "FORWARD", ...forwardRule(bridge));
}

function describeBridge(number: number): Bridge {
  const range = `10.${number}`;
  return { name: `dagtest${number}`, range, subnet: `${range}.0`, pool: `${range}.128.0/17` };
}

function forwardRule(bridge: Bridge): string[] {
  const cidr = `${bridge.range}.0.0/16`;
  return ["-s", cidr, "-d", cidr, "-j", "ACCEPT"];
}

/** Returns the N of the 10.N ranges that interfaces or routes use. */
function takenRanges(): ReadonlySet<number> {
  const routes = readFileSync("/proc/net/route", "utf8").split("\n").slice(1);
  const taken = new Set<number>();
  for (const line of routes) {
    const destination = line.split("\t")[1];
    // Little-endian hexadecimal: 10.87.0.0 is 0000570A.
    if (destination?.endsWith("0A") === true) taken.add(Number.parseInt(destination.slice(4, 6), 16));
  }
  for (const link of readdirSync("/sys/class/net")) {
    if (link.startsWith("dagtest")) taken.add(Number(link.slice("dagtest".length)));
  }
  return taken;
}

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: ["ignore", "ignore", "pipe"] });
}

function tryRun(command: string, ...args: string[]): boolean {
  try {
    run(command, ...args);
    return true;
  } catch {
    return false;
  }
}
