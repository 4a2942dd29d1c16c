/** How long a connection to an app may take. The app is on this host or in the next rack: longer means it is not there. */
export const CONNECT_TIMEOUT_MS = 4_000;

/** Of a request's or an answer's head; Node's own limit of 16 KiB is too small for apps with many cookies. */
export const MAX_HEADER_BYTES = 64 * 1024;

/** Bodies up to this size are gathered before they are sent, if they come at once. */
export const SMALL_BODY_BYTES = 64 * 1024;
