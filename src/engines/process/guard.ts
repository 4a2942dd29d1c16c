import { spawn, type ChildProcess } from "node:child_process";
import type { Writable } from "node:stream";

/**
 * A small shell process that ends all added process groups when the pipe from the gateway closes, however the gateway
 * ended.
 */
export interface Guard {
  /** Adds a group; once resolved, the group cannot survive the gateway. */
  add(group: number): Promise<void>;
  remove(group: number): void;
  /** Ends the guard and the groups that it still has. */
  close(): void;
}

/**
 * Starts a guard. All guarded programs have an environment variable that begins with `mark`; on Linux it identifies
 * daemons that have left their group.
 */
export function createGuard(mark: string): Guard {
  const groups = new Set<number>();
  let guarding: ChildProcess | undefined;
  let closed = false;

  function shell(): Writable {
    guarding ??= launch();
    return guarding.stdin as Writable;
  }

  function launch(): ChildProcess {
    // Detached, because only the gateway must get a Ctrl-C of the terminal; it then ends its programs in order.
    const child = spawn("/bin/sh", ["-c", SCRIPT, "dag-guard", mark], {
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    child.unref();
    child.stdin.on("error", () => undefined);
    (child.stdin as Writable & { unref?: () => void }).unref?.();
    child.once("error", () => undefined);
    child.once("exit", () => {
      guarding = undefined;
      if (closed || groups.size === 0) return;
      for (const group of groups) sendGroup("add", group).catch(() => undefined);
    });
    return child;
  }

  function sendGroup(verb: "add" | "del", group: number): Promise<void> {
    return new Promise((resolve, reject) => {
      shell().write(`${verb} ${group}\n`, (error) => (error ? reject(error) : resolve()));
    });
  }

  return {
    add(group) {
      groups.add(group);
      return sendGroup("add", group);
    },
    remove(group) {
      if (groups.delete(group) && guarding !== undefined) sendGroup("del", group).catch(() => undefined);
    },
    close() {
      closed = true;
      guarding?.stdin?.end();
    },
  };
}

/** Sends SIGTERM, and SIGKILL after two seconds. A paused program needs SIGCONT to receive the SIGTERM. */
const SCRIPT = `
trap '' HUP INT QUIT TERM
groups=' '
while read -r verb group; do
  case $verb in
    add) groups="$groups$group " ;;
    del) groups="\${groups%% "$group" *} \${groups#* "$group" }" ;;
  esac
done
for group in $groups; do kill -TERM "-$group"; kill -CONT "-$group"; done
for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  left=
  for group in $groups; do kill -0 "-$group" && left=1; done
  [ -z "$left" ] && break
  sleep 0.1
done
for group in $groups; do kill -KILL "-$group"; done
for file in $(grep -ls -- "$1" /proc/[0-9]*/environ); do
  pid=\${file#/proc/}
  kill -KILL "\${pid%/environ}"
done
`;
