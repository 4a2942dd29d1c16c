import type { Express, RequestHandler } from "express";
import type { Sender } from "./sender.ts";

/** Serves `path` with these handlers and refuses every other method; HEAD is served as GET. */
export function mount(
  app: Express,
  sender: Sender,
  path: string,
  method: "GET" | "POST",
  ...handlers: readonly RequestHandler[]
): void {
  mountBoth(app, sender, path, method === "GET" ? { get: handlers } : { post: handlers });
}

/** The same for a path that takes both. */
export function mountBoth(
  app: Express,
  sender: Sender,
  path: string,
  { get = [], post = [] }: { readonly get?: readonly RequestHandler[]; readonly post?: readonly RequestHandler[] },
): void {
  const allow = [get.length > 0 ? "GET, HEAD" : "", post.length > 0 ? "POST" : ""].filter(Boolean).join(", ");
  const route = app.route(path);
  if (get.length > 0) route.get(...get);
  if (post.length > 0) route.post(...post);
  route.all((req, res) => sender.problem(req, res, "method-not-allowed", {}, ["Allow", allow]));
}
