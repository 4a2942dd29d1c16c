import { createHmac } from "node:crypto";

export const SIGNATURE_HEADER = "x-gateway-signature";

/**
 * Returns the value of `X-Gateway-Signature`: `t=` the time in seconds since the epoch, `v1=` the HMAC-SHA256 in hex
 * over that number, a full stop and the body. The time is signed too, so that an old message cannot be sent again.
 */
export function sign(secret: string, body: string, wallMs: number): string {
  const seconds = Math.floor(wallMs / 1000);
  return `t=${seconds},v1=${createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex")}`;
}
