import express, { type Request, type RequestHandler } from "express";

/** Reads a form; any other body is ignored. */
export const parseForm: RequestHandler = express.urlencoded({ extended: false, limit: 8_192, parameterLimit: 10 });

/** The field that carries the token of a form; see `form-tokens.ts`. */
export const TOKEN_FIELD = "csrf";

/** Returns a field of a form; `undefined` for one that is sent twice. */
export function fieldOf(req: Request, name: string): string | undefined {
  const body = req.body as Partial<Record<string, unknown>> | undefined;
  const value = body !== undefined && Object.hasOwn(body, name) ? body[name] : undefined;
  return typeof value === "string" ? value : undefined;
}
