import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";

import { createGuideFixture } from "../support/guide-fixture.ts";
import { readBlocks } from "../support/markdown-blocks.ts";

const root = path.resolve(import.meta.dirname, "../..");
const fixture = createGuideFixture();

/**
 * Each page is somebody who has just cloned this and pastes one block after the other. What stands in a `console` block
 * instead cannot be run here, and is rare.
 */
describe("the commands of a page, run block by block, do not fail:", () => {
  for (const page of ["README.md", ...globSync("docs/*.md", { cwd: root }).toSorted()]) {
    if (page === "docs/kubernetes.md" || page === "docs/swarm.md") continue; // need a cluster: test/e2e/*-guide.test.ts
    const blocks = readBlocks(readFileSync(path.join(root, page), "utf8")).filter(({ language }) => language === "sh");
    if (blocks.length === 0) continue;
    void it(page, async (t) => {
      const visitor = await fixture.enter(t);
      for (const { text, line } of visitor === undefined ? [] : blocks) await visitor?.paste(text, `${page}:${line}`);
    });
  }
});
