/**
 * The rules of the proxy and of auth requests, once more for requests that node:http has read: that is how a connection
 * goes on after the first request on it that is not simple.
 */
import { glob } from "node:fs/promises";
import { READ_BY_NODE } from "./proxy-fixture.ts";

/** Itself, and one that reads in both ways. */
const OTHERS: ReadonlySet<string> = new Set(["proxy-by-node.test.ts", "proxy-agreement.test.ts"]);

process.env[READ_BY_NODE] = "yes";
for await (const file of glob("{proxy-*,forward-auth*}.test.ts", { cwd: import.meta.dirname })) {
  if (!OTHERS.has(file)) await import(`./${file}`);
}
