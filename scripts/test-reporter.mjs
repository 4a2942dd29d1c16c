/** A reporter for `node --test` that writes a JSON line for each test that has ended, for `scripts/test.ts`. */
export default async function* report(source) {
  for await (const { type, data } of source) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    const { name, nesting, skip, todo, details } = data;
    const { failureType, cause, message } = details.error ?? {};
    const stack = cause?.stack ?? cause?.message ?? message ?? cause;
    const detail = type === "test:fail" ? { failureType, text: describe(stack, cause) } : {};
    const outcome = type === "test:pass" ? "passed" : "failed";
    const ms = details.duration_ms;
    yield `${JSON.stringify({ outcome, name, nesting, skip, todo, kind: details.type ?? "test", ms, ...detail })}\n`;
  }
}

/** Returns the stack with those of inner errors and causes. */
function describe(stack, error) {
  const inner = [...(error?.errors ?? []), ...(error?.cause === undefined ? [] : [error.cause])];
  return [String(stack), ...inner.map((each) => `  because: ${each?.stack ?? String(each)}`)].join("\n");
}
