/**
 * Whether a target in origin form may be one of our own paths; all others are the app's, `/_next/…` among them. Which
 * of these are ours on the host in question is decided elsewhere.
 */
export function mayBeReserved(target: string): boolean {
  return target.charCodeAt(1) === UNDERSCORE && RESERVED.test(target);
}

const UNDERSCORE = 95;
const RESERVED = /^\/_(?:ask|auth|health|live|logs|metrics|provider|ready|status|topology)(?![^/?#])/u;
