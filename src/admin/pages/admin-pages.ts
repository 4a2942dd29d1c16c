import type { IncomingMessage, ServerResponse } from "node:http";
import type { ErrorCode } from "../../core/errors.ts";
import { classifyClient } from "../../core/client.ts";
import { cleanText } from "../../respond/clean-text.ts";
import { negotiateLanguage } from "../../respond/language.ts";
import { writeAnswer } from "../../respond/write-answer.ts";
import type { EndpointsDeps } from "../../web/endpoints-deps.ts";
import type { FormTokens } from "../auth/form-tokens.ts";
import { hostOf } from "../../web/request-origin.ts";
import { sessionIdOf } from "../auth/session-cookie.ts";
import type { Sessions } from "../auth/sessions.ts";
import { trustedName } from "../auth/trusted-name.ts";
import type { RowSources } from "./container-row.ts";
import { createLabels } from "./labels.ts";

/** Renders the admin pages with everything that they have in common. */
export interface AdminPages {
  /** Returns what the model of a page is created from. */
  sourcesFor(req: IncomingMessage): RowSources;
  show(req: IncomingMessage, res: ServerResponse, page: AdminPage): void;
}

/** An admin page. */
export interface AdminPage {
  readonly template: string;
  readonly model: object;
  /** Its entry in the menu; absent: it has no menu and looks like the pages for visitors. */
  readonly menu?: "overview" | "topology";
  readonly code?: ErrorCode;
  readonly retryMs?: number;
}

/** What the admin pages need. */
export interface AdminPagesDeps extends EndpointsDeps {
  readonly tokens: FormTokens;
  readonly sessions: Sessions;
}

/** Creates the renderer of admin pages. */
export function createAdminPages(deps: AdminPagesDeps): AdminPages {
  const { lifecycle, responder, tokens, sessions, isTrusted, version } = deps;

  /** Returns who is logged in, and whether there is a session that a logout can end. */
  function visitorOf(req: IncomingMessage) {
    const { adminAuth } = lifecycle.settings().gateway;
    const session = sessions.find(sessionIdOf(req.headers.cookie) ?? "", hostOf(req));
    return { mayLogOut: session !== undefined, name: cleanText(trustedName(req, adminAuth, isTrusted) ?? "", 60) };
  }

  return {
    sourcesFor(req) {
      const { scheduleTimezone } = lifecycle.settings().gateway;
      const language = negotiateLanguage(req.headers["accept-language"]);
      const labels = createLabels(language, scheduleTimezone, lifecycle.context.clock.wall());
      return { labels, context: lifecycle.context, responder: responder(), ownHost: hostOf(req) };
    },
    show(req, res, { template, model, menu, code, retryMs }) {
      const { token, cookies } = tokens.issue(req);
      const common = {
        menu,
        csrf: token,
        back: req.url ?? "/_status",
        visitor: visitorOf(req),
        engineUp: lifecycle.enginesUp(),
        timezone: lifecycle.settings().gateway.scheduleTimezone,
        version,
      };
      const client = {
        kind: classifyClient(req.method ?? "GET", req.headers),
        acceptLanguage: req.headers["accept-language"],
      };
      const answer = responder().page(template, { ...common, ...model }, client, {
        frameAncestors: "none",
        look: menu === undefined ? "visitors" : "admin",
        headers: cookies,
        ...(code !== undefined && { code }),
        ...(retryMs !== undefined && { retryMs }),
      });
      writeAnswer(res, answer, req.method);
    },
  };
}
