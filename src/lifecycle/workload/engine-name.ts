/** Returns the name of an engine in the configuration: for a Docker host, the host's name. */
export function engineName({ id }: { readonly id: string }, usualDocker: string): string {
  return id === "docker" ? usualDocker : id;
}
