/** What an app that requires TLS is reported to have answered to plain HTTP, with the setting to change. */
export const SPEAKS_TLS = "speaks TLS (set target_scheme: https)";
