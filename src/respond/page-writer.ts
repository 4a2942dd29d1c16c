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

export interface PageWriterDeps {
  readonly builtInDir: string;
  readonly customDir: string;
  readonly theme: Theme;
  readonly report: (note: string) => void;
}

export interface PageOptions {
  /** Determines the status, unless `status` is set; absent: 200. */
  readonly code?: ErrorCode;
  readonly status?: number;
  readonly retryMs?: number | undefined;
  /** Set on every page that reloads by itself. */
  readonly reload?: Reload | undefined;
  readonly accents?: Accents;
  /** Who may show the page in a frame; see `policy`. */
  readonly frameAncestors?: "anybody" | "none";
  /** `admin`: without the scenery of the theme, and with the script that keeps a page current. */
  readonly look?: "visitors" | "admin";
  /** More fields, flat. */
  readonly headers?: readonly string[];
}

export interface PageWriter {
  /** The language of a client, and its translations. */
  speak(client: Pick<ClientFacts, "acceptLanguage">): { readonly language: Language; readonly t: Translate };
  write(template: string, model: object, client: ClientFacts, options: PageOptions): Answer;
}

/** Writes pages of one family: the template, its language, theme, colours, and a policy that lets nothing else run. */
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

  /** Read with the first request of an administrator: most gateways never show these pages. */
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
 * A nonce for each response rather than hashes, so that a custom template can have a script as well. Framing is allowed
 * for visitor pages: home dashboards show apps in frames, and an app that allows it must also be woken there; nothing
 * on those pages acts with the visitor's rights. Pages that act (dashboard, login) use "none".
 */
function policy(nonce: string, frameAncestors: "anybody" | "none"): string {
  const base =
    `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; img-src data:; connect-src 'self'; ` +
    "base-uri 'none'; form-action 'self'";
  return frameAncestors === "none" ? `${base}; frame-ancestors 'none'` : base;
}
