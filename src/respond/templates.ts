import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import nunjucks from "nunjucks";

/** What the templates need. */
export interface TemplatesDeps {
  /** The directory of the built-in templates. */
  readonly builtInDir: string;
  /** The directory of custom templates with the same file names; empty: none. */
  readonly customDir: string;
  readonly report: (note: string) => void;
}

/** The compiled templates; a custom file replaces the built-in one unless it is faulty. */
export interface Templates {
  /** Renders a page. A faulty custom template is reported once and replaced by the built-in one from then on. */
  render(name: string, model: object): string;
  /** Returns a style sheet or script for inclusion in a page. */
  asset(name: string): string;
}

/** Creates the templates. The directories are read once, so changes require a reload. */
export function createTemplates({ builtInDir, customDir, report }: TemplatesDeps): Templates {
  const own = createEnvironment([builtInDir]);
  const files = listCustom(customDir, report);
  const custom = files.size === 0 ? own : createEnvironment([customDir, builtInDir]);
  const broken = new Set<string>();

  const giveUp = (name: string, error: unknown): void => {
    broken.add(name);
    const kind = name.endsWith(".html") ? "page" : "one";
    report(`templates_dir: ${name} is broken, the built-in ${kind} is used: ${firstLines(error)}`);
  };
  for (const name of files) {
    if (!name.endsWith(".html")) continue;
    try {
      custom.getTemplate(name, true);
    } catch (error) {
      giveUp(name, error);
    }
  }

  return {
    render(name, model) {
      if (custom !== own && !broken.has(name)) {
        try {
          return custom.render(name, model);
        } catch (error) {
          giveUp(name, error);
        }
      }
      return own.render(name, model);
    },
    asset(name) {
      if (files.has(name) && !broken.has(name)) {
        try {
          return readFileSync(join(customDir, name), "utf8");
        } catch (error) {
          giveUp(name, error);
        }
      }
      return squeeze(readFileSync(join(builtInDir, name), "utf8"));
    },
  };
}

function createEnvironment(directories: string[]): nunjucks.Environment {
  const loader = new nunjucks.FileSystemLoader(directories, { watch: false, noCache: false });
  return new nunjucks.Environment(loader, { autoescape: true, trimBlocks: true, lstripBlocks: true });
}

function listCustom(directory: string, report: (note: string) => void): ReadonlySet<string> {
  if (directory === "") return new Set();
  try {
    return new Set(readdirSync(directory));
  } catch (error) {
    report(`templates_dir cannot be read, the built-in pages are used: ${(error as Error).message}`);
    return new Set();
  }
}

/** Removes block comments, comment lines and indentation. */
function squeeze(source: string): string {
  return source
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/^\s*\/\/.*$/gm, "")
    .replace(/\s*\n\s*/g, "\n")
    .trim();
}

function firstLines(error: unknown): string {
  return String(error instanceof Error ? error.message : error)
    .split("\n", 3)
    .join(" ")
    .trim();
}
