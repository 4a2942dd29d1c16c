import { z, type ZodType } from "zod";
import type { GatewayAddress } from "./gateway-address.ts";

const TIMEOUT_MS = 10_000;

/**
 * Requests a JSON document from a running gateway without following redirects; rejects with one sentence for people.
 */
export async function queryGateway<T>(address: GatewayAddress, path: string, form: ZodType<T>): Promise<T> {
  return form.parse(await send(address, "GET", path, (document) => form.safeParse(document).success));
}

/** Posts an action to a running gateway; rejects with one sentence for people, also if the action is refused. */
export async function postToGateway(address: GatewayAddress, path: string): Promise<void> {
  await send(address, "POST", path, (document) => accepted.safeParse(document).success);
}

const accepted = z.object({ ok: z.literal(true) });
const refused = z.object({ code: z.string(), detail: z.string() });

async function send(
  address: GatewayAddress,
  method: "GET" | "POST",
  path: string,
  isExpected: (document: unknown) => boolean,
): Promise<unknown> {
  const { origin, host, authorization } = address;
  const { Agent } = await import("undici"); // loaded here, because a running gateway does not need it
  const agent = new Agent({ pipelining: 0 });
  try {
    const headers = { accept: "application/json", ...(host && { host }), ...(authorization && { authorization }) };
    const request = { origin, path, method, headers, signal: AbortSignal.timeout(TIMEOUT_MS) };
    const answer = await agent.request(request).catch((error: unknown) => {
      throw new Error(
        `no gateway answers at ${origin} (${codeOf(error)}): start the gateway, or set GATEWAY_URL to its address`,
      );
    });
    const document = readJson(await answer.body.text());
    if (answer.statusCode === 401)
      throw new Error(`the gateway at ${origin} rejected the credentials in this configuration (gateway.admin_auth)`);
    if (answer.statusCode === 429)
      throw new Error(`the gateway at ${origin} received too many wrong credentials; try again in a minute`);
    const problem = refused.safeParse(document);
    if ((answer.statusCode === 400 || answer.statusCode === 409) && problem.success)
      throw new Error(problem.data.detail);
    if ((answer.statusCode === 200 || answer.statusCode === 202) && isExpected(document)) return document;
    throw new Error(`${origin} answered ${answer.statusCode}, not as the gateway's admin API: check GATEWAY_URL`);
  } finally {
    await agent.destroy();
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown fault";
  if (error.name === "TimeoutError") return "no answer within 10 s";
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}
