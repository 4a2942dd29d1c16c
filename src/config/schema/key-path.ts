/** The path to a value: map keys and list positions. */
export type KeyPath = readonly (string | number)[];

/** Formats a path for people: `containers[2].ignore.paths`, `headers["X-Key"]`. */
export function formatPath(path: KeyPath): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (PLAIN.test(step)) text += text === "" ? step : `.${step}`;
    else text += `[${JSON.stringify(step.slice(0, 60))}]`;
  }
  return text;
}

const PLAIN = /^[A-Za-z_][A-Za-z0-9_]*$/;
