type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Fills `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME-default}` as Compose does; `$$` is a dollar. What is not set
 * stays as it is written, for an empty host would say nothing of what is missing.
 */
export function interpolate(text: string, env: Environment): string {
  return text.replace(PLACE, (place: string, ...[braced, operator, other = "", bare = ""]: (string | undefined)[]) => {
    if (place === "$$") return "$";
    const value = env[braced ?? bare];
    if (value !== undefined && (value !== "" || operator !== ":-")) return value;
    return operator === undefined ? place : other;
  });
}

const PLACE = /\$\$|\$\{([A-Za-z_]\w*)(?:(:?-)([^}]*))?\}|\$([A-Za-z_]\w*)/g;
