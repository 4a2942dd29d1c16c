import assert from "node:assert/strict";
import { test } from "node:test";
import { readNginx } from "./nginx-tree.ts";

for (const [rule, pattern, isFound] of [
  ["a whole path with a star", "/etc/nginx/conf.d/*.conf", true],
  ["a path in nginx's own directory", "conf.d/a.conf", true],
  ["a path in another directory", "/etc/nginx/sites/*.conf", false],
  ["a longer name", "/etc/nginx/conf.d/*.con", false],
] as const) {
  test(`an included file is read where it is included: ${rule}`, () => {
    const tree = readNginx(`# configuration file /etc/nginx/nginx.conf:
http { include mime.types; include ${pattern}; }
# configuration file /etc/nginx/mime.types:
types { text/html html; }
# configuration file /etc/nginx/conf.d/a.conf:
server { listen 80; }`);
    const names = tree.flatMap(({ name, block }) => [name, ...block.map((inner) => inner.name)]);
    assert.deepEqual(names, ["http", "types", ...(isFound ? ["server"] : [])]);
  });
}
