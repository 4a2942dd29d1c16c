import assert from "node:assert/strict";
import test from "node:test";
import { childEnvironment, whyNotStartable } from "./environment.ts";

const settings = { command: ["sh"], cwd: "", env: {}, port: 3000 };

test("a program sees a few variables of the gateway's, none of its secrets, and its port", () => {
  const gateway = { PATH: "/bin", HOME: "/home/x", TZ: "UTC", ADMIN_AUTH_TOKEN: "secret", NODE_OPTIONS: "--inspect" };
  const seen = childEnvironment(gateway, { ...settings, env: { MODE: "quiet" } });
  assert.deepEqual(seen, { PATH: "/bin", HOME: "/home/x", TZ: "UTC", PORT: "3000", MODE: "quiet" });
});

test("what is configured wins, and a PATH there always is", () => {
  const seen = childEnvironment({}, { ...settings, env: { PORT: "4000" } });
  assert.equal(seen["PORT"], "4000");
  assert.match(seen["PATH"] ?? "", /\/usr\/bin/);
});

const cases: [rule: string, command: string[], cwd: string, says: RegExp | undefined][] = [
  ["a program in PATH", ["sh"], "", undefined],
  ["a program by its path", ["/bin/sh"], "", undefined],
  ["a program relative to its directory", ["./sh"], "/bin", undefined],
  [
    "an unknown program",
    ["no-such-program"],
    "",
    /no-such-program \(process\.command\) is in none of the directories of PATH/,
  ],
  ["a path that leads nowhere", ["/no/such/program"], "", /\/no\/such\/program \(process\.command\) does not exist/],
  ["a directory is no program", ["/bin/"], "", /cannot be executed/],
  ["a file that is no program", ["/etc/passwd"], "", /cannot be executed/],
  ["no command", [], "", /process\.command is empty/],
  [
    "a directory that does not exist",
    ["sh"],
    "/no/such/directory",
    /\/no\/such\/directory \(process\.cwd\) does not exist/,
  ],
];

for (const [rule, command, cwd, says] of cases) {
  test(rule, () => {
    const fault = whyNotStartable({ ...settings, command, cwd }, { PATH: "/usr/bin:/bin" });
    if (says === undefined) assert.equal(fault, undefined);
    else assert.match(fault ?? "", says);
  });
}
