import path from "node:path";
import { createProcessEngine } from "../../src/engines/process/create-process-engine.ts";
import { cleanup } from "../support/cleanup.ts";
import { uniqueName } from "../support/docker.ts";
import { freePort } from "../support/http.ts";
import type { MakeSubject, Program } from "./engine-subject.ts";
import { engineContract } from "./engine.ts";

const app = path.join(import.meta.dirname, "../support/images/app.mjs");

const make: MakeSubject = async (t) => {
  const engine = createProcessEngine({ environment: process.env });
  cleanup(t, () => engine.close());
  return {
    engine,
    missing: { name: uniqueName("missing"), targetPort: 80, network: "" },
    async create(program) {
      const port = await freePort();
      const env = program.kind === "app" ? (program.env ?? {}) : {};
      const settings = { command: commandOf(program), cwd: "", env, port };
      return { name: uniqueName("app"), targetPort: port, network: "", process: settings };
    },
  };
};

function commandOf(program: Program): string[] {
  return program.kind === "app" ? [process.execPath, app] : ["sh", "-c", program.script];
}

engineContract("process", make, {
  "a limited program gets less of the CPU, until the limit is lifted":
    "a plain process has no control group of its own (capability throttle: false)",
});
