import { randomBytes } from "node:crypto";
import { request } from "./http.ts";

/** Sends a request with an id that the app counts, a POST with 50 KB. Returns what went wrong. */
export async function sendOnce(port: number, host: string, id: string, isPost: boolean): Promise<string | undefined> {
  try {
    const body = { method: "POST", body: randomBytes(50_000) };
    const headers = { "x-request-id": id };
    const answer = await request({ port, host, path: "/echo", headers, ...(isPost && body) });
    if (answer.status !== 200) return `${answer.status} ${answer.text.slice(0, 200)}`;
    return answer.json().times === 1 ? undefined : `it arrived ${answer.json().times} times`;
  } catch (error) {
    return String(error);
  }
}
