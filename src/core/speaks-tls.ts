/** What an app is said to have answered that was asked in plain HTTP and speaks TLS, with what to set then. */
export const SPEAKS_TLS = "speaks TLS (set target_scheme: https)";
