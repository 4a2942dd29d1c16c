/**
 * `npm run generate [-- --check]`: writes the generated files (references, schemas). Each `scripts/generate-*.ts`
 * exports `generate`, which maps paths to texts. With `--check` it writes nothing, and fails if a file is outdated.
 */
import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

type Generate = () => Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>;

const root = path.resolve(import.meta.dirname, "..");
const isCheck = process.argv.includes("--check");
const stale: string[] = [];

for (const module of globSync("scripts/generate-*.ts", { cwd: root, exclude: ["**/*.test.ts"] }).toSorted()) {
  const { generate } = (await import(path.join(root, module))) as { generate: Generate };
  for (const [file, text] of Object.entries(await generate())) refresh(file, text);
}
if (isCheck && stale.length > 0) {
  console.error(`stale, run npm run generate: ${stale.join(", ")}`);
  process.exitCode = 1;
}

function refresh(file: string, text: string): void {
  const target = path.join(root, file);
  if (read(target) === text) return;
  stale.push(file);
  if (isCheck) return;
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
  console.log(`wrote ${file}`);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
