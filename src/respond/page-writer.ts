import { randomBytes } from "node:crypto";
import { STATUS_BY_CODE } from "../core/errors.ts";
import type { ErrorCode } from "../core/errors.ts";
import type { Theme } from "../core/settings.ts";
import { createAccents } from "./accent.ts";
import type { Accents } from "./accent.ts";
import { createAnswer } from "./answer.ts";
import type { Answer } from "./answer.ts";
import { DEFAULT_ACCENT } from "./branding.ts";
import { createTranslate, LANGUAGES, negotiateLanguage } from "./language.ts";
import type { Language, Translate } from "./language.ts";
import type { ClientFacts } from "./pages.ts";
import { refreshHeader, type Reload } from "./refresh-header.ts";
import { createTemplates } from "./templates.ts";

/** What the page writer needs. */
export interface PageWriterDeps {
  readonly builtInDir: string;
  readonly customDir: string;
  readonly theme: Theme;
  readonly report: (note: string) => void;
}

/** The options of a page. */
export interface PageOptions {
  /** Determines the status unless `status` is set; absent: 200. */
  readonly code?: ErrorCode;
  readonly status?: number;
  readonly retryMs?: number | undefined;
  /** Set for a page that reloads by itself. */
  readonly reload?: Reload | undefined;
  readonly accents?: Accents;
  /** Who may show the page in a frame; see `policy`. */
  readonly frameAncestors?: "anybody" | "none";
  /** `admin`: without the background of the theme, and with the script that keeps the page current. */
  readonly look?: "visitors" | "admin";
  /** Further fields, flat. */
  readonly headers?: readonly string[];
}

/** Writes pages. */
export interface PageWriter {
  /** Returns the language of a client and its translation function. */
  speak(client: Pick<ClientFacts, "acceptLanguage">): { readonly language: Language; readonly t: Translate };
  write(template: string, model: object, client: ClientFacts, options: PageOptions): Answer;
}

/**
 * Creates the writer of all pages, with template, language, theme, colours, and a policy that blocks everything else.
 */
export function createPageWriter({ builtInDir, customDir, theme, report }: PageWriterDeps): PageWriter {
  const templates = createTemplates({ builtInDir, customDir, report });
  const css = `${templates.asset("base.css")}\n${templates.asset(`theme-${theme}.css`)}`;
  const assets = { css, theme, script: templates.asset("wake.js") };
  let adminAssets: typeof assets | undefined;
  const voices = Object.fromEntries(
    Object.keys(LANGUAGES).map((language) => [language, createTranslate(language as Language)]),
  ) as Record<Language, Translate>;
  const ownAccents = createAccents(DEFAULT_ACCENT);

  const speak: PageWriter["speak"] = (client) => {
    const language = negotiateLanguage(client.acceptLanguage);
    return { language, t: voices[language] };
  };

  /** Loads the assets of admin pages on first use, because many gateways never show these pages. */
  function forAdmins(): typeof assets {
    adminAssets ??= {
      css: `${templates.asset("base.css")}\n${templates.asset("admin.css")}`,
      theme,
      script: templates.asset("admin.js"),
    };
    return adminAssets;
  }

  return {
    speak,
    write(template, model, client, options) {
      const { code, retryMs, reload, accents = ownAccents, frameAncestors = "anybody", look, headers = [] } = options;
      const { language, t } = speak(client);
      const nonce = randomBytes(16).toString("base64");
      const style = look === "admin" ? forAdmins() : assets;
      const text = templates.render(template, { ...style, ...model, accents, language, nonce, t });
      return createAnswer(text, {
        status: options.status ?? (code === undefined ? 200 : STATUS_BY_CODE[code]),
        type: "text/html; charset=utf-8",
        code,
        retryMs,
        headers: [
          "Content-Language",
          language,
          "Content-Security-Policy",
          policy(nonce, frameAncestors),
          "Referrer-Policy",
          "same-origin",
          ...(reload === undefined ? [] : refreshHeader(reload, client)),
          ...headers,
        ],
      });
    },
  };
}

/**
 * Returns the Content-Security-Policy. It contains a nonce instead of hashes, so that custom templates can have
 * scripts. Pages for visitors may be framed: home dashboards show apps in frames, where they must wake as well, and
 * these pages do nothing with the visitor's credentials. Pages with actions (dashboard, login) use "none".
 */
function policy(nonce: string, frameAncestors: "anybody" | "none"): string {
  const base =
    `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; img-src data:; connect-src 'self'; ` +
    "base-uri 'none'; form-action 'self'";
  return frameAncestors === "none" ? `${base}; frame-ancestors 'none'` : base;
}
