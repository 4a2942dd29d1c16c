/** A schedule with starts and stops on the wall clock. */
export interface Schedule {
  isOpen(wallMs: number): boolean;
  next(wallMs: number): { readonly kind: "start" | "stop"; readonly atMs: number } | undefined;
  nextStart(wallMs: number): number | undefined;
}
