/** Formats a number of things: `1 host`, `2 hosts`. */
export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
