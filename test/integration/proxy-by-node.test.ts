/**
 * The rules of the proxy, once more for requests that node:http has read: that is how a connection goes on after the first
 * request on it that is not plain.
 */
import { glob } from "node:fs/promises";
import { READ_BY_NODE } from "./proxy-house.ts";

process.env[READ_BY_NODE] = "yes";
for await (const file of glob("proxy-*.test.ts", { cwd: import.meta.dirname })) {
  if (file !== "proxy-by-node.test.ts") await import(`./${file}`);
}
