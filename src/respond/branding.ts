import { createAccents, parseColor } from "./accent.ts";
import type { Accents, Rgb } from "./accent.ts";
import { cleanText } from "./clean-text.ts";
import { findIcon, NEUTRAL_ICON } from "./icon.ts";
import type { Icon } from "./icon.ts";
import { loadLogo } from "./logo.ts";
import type { Branding } from "./pages.ts";
import { safePath } from "./safe-path.ts";

/** The branding of a workload for the templates, with clean texts and inline pictures. */
export interface PageBranding {
  readonly name: string;
  readonly title: string;
  readonly message: string;
  /** The icon as safe markup. */
  readonly svg: string;
  /** A `data:` URI that replaces the icon. */
  readonly logo: string | undefined;
  readonly accents: Accents;
  /** The path to open when the app is ready; empty: the requested one. */
  readonly redirectPath: string;
}

/** Creates the function that prepares brandings, once for each settings object. `report` gets warnings. */
export function createBrandings(
  templatesDir: string,
  report: (note: string) => void,
): (branding: Branding) => PageBranding {
  const prepared = new WeakMap<Branding, PageBranding>();
  const icons = new Map<string, Icon | undefined>();

  return (branding) => {
    const known = prepared.get(branding);
    if (known !== undefined) return known;
    const note = (text: string): void => report(`container "${branding.name}": ${text}`);
    const fresh = prepare(branding, lookUp(icons, branding.icon), templatesDir, note);
    prepared.set(branding, fresh);
    return fresh;
  };
}

/** The gateway's own colour. */
export const DEFAULT_ACCENT: Rgb = [0xe8, 0x8b, 0x3a];

function prepare(
  branding: Branding,
  icon: Icon | undefined,
  templatesDir: string,
  note: (text: string) => void,
): PageBranding {
  if (icon === undefined) note(`icon "${branding.icon}" is not a simple-icons slug; showing a neutral icon`);
  const color = parseColor(branding.color);
  if (color === undefined && branding.color !== "")
    note(`color "${branding.color}" is ignored: it must be written as #rrggbb`);
  const redirectPath = safePath(branding.redirectPath);
  if (redirectPath === "" && branding.redirectPath !== "")
    note(`redirect_path "${branding.redirectPath}" is ignored: it is not a path`);

  return Object.freeze({
    name: cleanText(branding.name),
    title: cleanText(branding.title) || cleanText(branding.name),
    message: cleanText(branding.message),
    svg: (icon ?? NEUTRAL_ICON).svg,
    logo: loadLogo(branding.logo, templatesDir, note),
    accents: createAccents(color ?? brandColor(branding, icon) ?? DEFAULT_ACCENT),
    redirectPath,
  });
}

/** Returns the colour of the icon's brand, except for Docker's, which is the default icon of all apps. */
function brandColor(branding: Branding, icon: Icon | undefined): Rgb | undefined {
  return branding.icon === "docker" || icon?.color === undefined ? undefined : parseColor(icon.color);
}

/** Caches icons up to a limit, because labels can name any number of them over time. */
function lookUp(icons: Map<string, Icon | undefined>, slug: string): Icon | undefined {
  if (!icons.has(slug)) {
    if (icons.size >= 500) icons.clear();
    icons.set(slug, slug === "" ? NEUTRAL_ICON : findIcon(slug));
  }
  return icons.get(slug);
}
