import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { after, type TestContext } from "node:test";

import { whyNoPrivateDocker } from "../../scripts/private-docker.ts";
import { cleanup } from "./cleanup.ts";
import { connect, dockerOrSkip } from "./docker.ts";
import { ensureImage } from "./docker-images.ts";
import { type FreshMachine, startFreshMachine } from "./fresh-machine.ts";
import { provideGatewayImage } from "./gateway-image.ts";
import { mustRun } from "./run.ts";
import { skipOrFail, toolOrSkip } from "./tools.ts";

const root = path.resolve(import.meta.dirname, "../..");

/** A reader with a clean checkout on a new machine. */
export interface Visitor {
  /** Runs a block in a new shell; throws its output if it fails. `place` is its position in the page. */
  paste(block: string, place: string): Promise<void>;
}

export interface GuideFixture {
  /** Provides a clean checkout and a Docker without containers; `undefined` if the test was skipped. */
  enter(t: TestContext): Promise<Visitor | undefined>;
}

/** Creates the fixture. All pages of a test file share a machine, because each page leaves nothing behind. */
export function createGuideFixture(): GuideFixture {
  let opening: Promise<FreshMachine> | undefined;
  let hasImage = false;
  after(async () => (await opening?.catch(() => undefined))?.stop());

  return {
    async enter(t) {
      const compose = dockerOrSkip(t) && toolOrSkip(t, "compose");
      if (compose === undefined) return undefined;
      const reason = whyNoPrivateDocker();
      if (reason !== undefined) {
        skipOrFail(t, reason);
        return undefined;
      }
      const machine = await (opening ??= open(compose));
      hasImage ||= await provideGatewayImage(t, machine.host);
      if (!hasImage) return undefined;
      const clone = await checkOut(t, machine);
      cleanup(t, () => machine.run(LEAVE, clone));
      return {
        async paste(block, place) {
          const { code, output } = await machine.run(`${PRELUDE}${block}`, clone);
          if (code !== 0) throw new Error(`${place} ended with ${code}:\n${block}\n${output.slice(-6000)}`);
        },
      };
    },
  };
}

/** Opens the machine. It has no registry, so another program replaces nginx. */
async function open(compose: string): Promise<FreshMachine> {
  const machine = await startFreshMachine(compose);
  const docker = connect(machine.host);
  await docker.getImage(await ensureImage(docker, "app")).tag({ repo: "nginx", tag: "alpine" });
  return machine;
}

/**
 * Creates what git and `npm install` would create. It contains only one test file, because a guide runs `npm test`, and
 * all other tests run anyway.
 */
async function checkOut(t: TestContext, { dir }: FreshMachine): Promise<string> {
  const clone = mkdtempSync(path.join(dir, "clone-"));
  cleanup(t, () => rmSync(clone, { recursive: true, force: true }));
  const left = [".git", "node_modules", "dist", ".cache", ".state", "test/contract", "test/e2e", "test/integration"];
  const without = left.map((name) => `--exclude=./${name}`);
  const script = `tar -C "$1" "\${@:3}" -cf - . | tar -C "$2" -xf -
    find "$2/src" "$2/scripts" "$2/test" -name '*.test.ts' ! -name duration.test.ts -delete`;
  await mustRun("bash", ["-euo", "pipefail", "-c", script, "check-out", root, clone, ...without]);
  symlinkSync(realpathSync(path.join(root, "node_modules")), path.join(clone, "node_modules"));
  mkdirSync(path.join(clone, ".cache"), { recursive: true });
  return clone;
}

/**
 * A command that a reader would keep running in a terminal continues while the next blocks run, and ends when it is
 * started again, because there is only one port 8080.
 */
const PRELUDE = `set -euo pipefail
leave() {
  [ -e "$DIR/foreground" ] || return 0
  kill -TERM -- "-$(cat "$DIR/foreground")" 2>/dev/null || true
  while curl --silent --output /dev/null http://127.0.0.1:8080/_live; do sleep 0.05; done
  rm "$DIR/foreground"
}
npm() {
  case "$*" in
    start | "run demo") ;;
    *) command npm "$@"; return ;;
  esac
  leave
  setsid npm "$@" >"$DIR/foreground.log" 2>&1 </dev/null &
  echo "$!" >"$DIR/foreground"
  until curl --silent --fail --output /dev/null http://127.0.0.1:8080/_live; do
    kill -0 "$!" 2>/dev/null || { cat "$DIR/foreground.log"; return 1; }
    sleep 0.05
  done
}
`;

/** Removes everything of a page except images. */
const LEAVE = `${PRELUDE}leave
docker ps -aq | xargs -r docker rm -f >/dev/null
docker network prune -f >/dev/null
docker volume prune -f >/dev/null
`;
