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
  const allow = method === "GET" ? "GET, HEAD" : "POST";
  const route = app.route(path);
  route[method === "GET" ? "get" : "post"](...handlers);
  route.all((req, res) => sender.problem(req, res, "method-not-allowed", {}, ["Allow", allow]));
}
