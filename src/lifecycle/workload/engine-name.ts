/** What the configuration calls an engine: one of several Docker hosts by its name. */
export function engineName({ id }: { readonly id: string }, usualDocker: string): string {
  return id === "docker" ? usualDocker : id;
}
