import express, { type Request, type RequestHandler } from "express";

/** Reads a form that was sent; any other body is left alone, and read by nobody. */
export const parseForm: RequestHandler = express.urlencoded({ extended: false, limit: 8_192, parameterLimit: 10 });

/** The field that carries a form's token; see `form-tokens.ts`. */
export const TOKEN_FIELD = "csrf";

/** A field of a form; of one that comes twice nothing is taken. */
export function fieldOf(req: Request, name: string): string | undefined {
  const body = req.body as Partial<Record<string, unknown>> | undefined;
  const value = body !== undefined && Object.hasOwn(body, name) ? body[name] : undefined;
  return typeof value === "string" ? value : undefined;
}
