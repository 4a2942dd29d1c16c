import type { Express, RequestHandler } from "express";
import type { Sender } from "./sender.ts";

/** Adds paths with these methods; all other methods are refused. HEAD is served as GET. */
export interface Mount {
  get(path: string, ...handlers: readonly RequestHandler[]): void;
  post(path: string, ...handlers: readonly RequestHandler[]): void;
  both(path: string, handlers: MethodHandlers): void;
}

interface MethodHandlers {
  readonly get?: readonly RequestHandler[];
  readonly post?: readonly RequestHandler[];
}

/** Creates the function that adds endpoints to an app. */
export function createMount(app: Express, sender: Sender): Mount {
  function both(path: string, { get = [], post = [] }: MethodHandlers): void {
    const allow = [get.length > 0 ? "GET, HEAD" : "", post.length > 0 ? "POST" : ""].filter(Boolean).join(", ");
    const route = app.route(path);
    if (get.length > 0) route.get(...get);
    if (post.length > 0) route.post(...post);
    route.all((req, res) => sender.problem(req, res, "method-not-allowed", { headers: ["Allow", allow] }));
  }

  return {
    get: (path, ...handlers) => both(path, { get: handlers }),
    post: (path, ...handlers) => both(path, { post: handlers }),
    both,
  };
}
