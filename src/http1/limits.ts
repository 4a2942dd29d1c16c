/** How long connecting to an app may take. The app is on this host or nearby: longer means that it is not there. */
export const CONNECT_TIMEOUT_MS = 4_000;

/** Of a request or response head; the 16 KiB of Node are too few for apps with many cookies. */
export const MAX_HEADER_BYTES = 64 * 1024;

/** Bodies up to this size are collected before they are sent, if they arrive quickly. */
export const SMALL_BODY_BYTES = 64 * 1024;
