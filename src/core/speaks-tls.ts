/** Replaces the answer of an app that requires TLS to plain HTTP; names the setting to change. */
export const SPEAKS_TLS = "speaks TLS (set target_scheme: https)";
