/** An access window that opens and closes by the wall clock (milliseconds since the epoch). */
export interface Schedule {
  isOpen(wallMs: number): boolean;
  next(wallMs: number): { readonly kind: "start" | "stop"; readonly atMs: number } | undefined;
  nextStart(wallMs: number): number | undefined;
}
