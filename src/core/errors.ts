/** The HTTP status of every error code; documented one by one in docs/errors.md. */
export const STATUS_BY_CODE = Object.freeze({
  "bad-request": 400,
  "conflict-host": 400,
  unauthorized: 401,
  forbidden: 403,
  "unknown-host": 404,
  "unknown-container": 404,
  "unknown-path": 404,
  "method-not-allowed": 405,
  "request-timeout": 408,
  "stop-deletes": 409,
  "rate-limited": 429,
  "headers-too-large": 431,
  internal: 500,
  "wake-failed": 502,
  "upstream-failed": 502,
  asleep: 503,
  offline: 503,
  suspended: 503,
  waking: 503,
  "hold-timeout": 503,
  "too-many-pending": 503,
  "not-ready": 503,
  draining: 503,
} as const satisfies Record<string, number>);

/** The closed set of error codes; a new one needs a status, a row in docs/errors.md and texts in every language. */
export type ErrorCode = keyof typeof STATUS_BY_CODE;
