export const BIG = "x".repeat(300_000);
export const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
/** node:http reads this one and all that follow on its connection, because it concerns the connection. */
export const ODD_GET = "GET / HTTP/1.1\r\nHost: a\r\nTE: x\r\n\r\n";
export const CHUNKED = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n";
export const SMALL = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";

/** Requests that take different ways through the forwarder. */
export const WAYS: readonly (readonly [way: string, request: string, body: string])[] = [
  ["GET", GET, ""],
  ["an odd GET", ODD_GET, ""],
  ["a small body", SMALL, "hello"],
  ["a big body", `PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: ${BIG.length}\r\n\r\n${BIG}`, BIG],
  ["a chunked body", CHUNKED, "hi"],
];
