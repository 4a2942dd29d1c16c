import { readFileSync } from "node:fs";
import { basename, extname, join } from "node:path";

/** The limit, because larger logos would slow down every loading page. */
const LARGEST_BYTES = 100_000;

/**
 * Returns the logo of a workload as a `data:` URI, from such a URI or the name of a file in `templatesDir`. Anything
 * else is reported and ignored; `https:` addresses are not accepted, because our pages send no requests to other hosts.
 */
export function loadLogo(logo: string, templatesDir: string, report: (note: string) => void): string | undefined {
  if (logo === "") return undefined;
  const fault = (why: string): undefined => {
    report(`logo "${logo.slice(0, 80)}" is not shown: ${why}`);
  };

  if (logo.startsWith("data:")) {
    if (logo.length > LARGEST_BYTES * 1.4) return fault(`it is larger than ${LARGEST_BYTES} bytes`);
    return DATA_URI.test(logo) ? logo : fault("it is not a data:image/… address");
  }
  if (logo.includes(":")) return fault("the pages load nothing from other hosts; put a file into templates_dir");
  if (templatesDir === "") return fault("a file needs templates_dir");
  if (basename(logo) !== logo) return fault("only a file directly in templates_dir can be one");

  const type = TYPES[extname(logo).toLowerCase()];
  if (type === undefined) return fault(`its name must end with ${Object.keys(TYPES).join(", ")}`);
  try {
    const bytes = readFileSync(join(templatesDir, logo));
    if (bytes.length > LARGEST_BYTES) return fault(`it is larger than ${LARGEST_BYTES} bytes`);
    return `data:${type};base64,${bytes.toString("base64")}`;
  } catch (error) {
    return fault((error as Error).message);
  }
}

/** The permitted types. An SVG in an <img> is safe too: it runs no scripts and loads nothing. */
const TYPES: Readonly<Record<string, string>> = Object.freeze({
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".avif": "image/avif",
  ".ico": "image/x-icon",
});

const DATA_URI =
  /^data:image\/(?:svg\+xml|png|jpeg|gif|webp|avif|x-icon)(?:;[\w-]+(?:=[\w-]+)?)*,[\w%!'()*+,./:;=@~$&?#\s<>"-]*$/;
