/** Returns the name of an engine in the configuration: for a Docker host, the host's name. */
export function engineName({ id }: { readonly id: string }, defaultDocker: string): string {
  return id === "docker" ? defaultDocker : id;
}
