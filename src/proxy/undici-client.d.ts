/**
 * undici by one of its files: its index also loads fetch, WebSocket, caches and mocks, and with them Node's own copy of
 * itself, 8 MB in all. Without the index a client has `dispatch`, but not `request` and the like.
 */
declare module "undici/lib/dispatcher/client.js" {
  export { Client as default } from "undici";
}
