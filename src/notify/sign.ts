import { createHmac } from "node:crypto";

export const SIGNATURE_HEADER = "x-gateway-signature";

/**
 * The value of `X-Gateway-Signature`: `t=` the moment in seconds since the epoch, `v1=` the HMAC-SHA256 in hex over that
 * number, a full stop and the body. The moment is signed too, so that nobody can send an old message again.
 */
export function sign(secret: string, body: string, wallMs: number): string {
  const seconds = Math.floor(wallMs / 1000);
  return `t=${seconds},v1=${createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex")}`;
}
