import { createHash } from "node:crypto";
import type { DockerClient } from "./client.ts";
import { openResponse } from "./open-response.ts";

/** The fields of a listed container that are read. */
export interface ListedContainer {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly State: string;
  readonly Image: string;
  readonly Labels: Readonly<Record<string, string>> | null;
  readonly HostConfig?: { readonly NetworkMode?: string };
}

/**
 * Creates the function that lists all containers, converted by `convert`. It returns the same array while Docker's
 * response is the same: 10,000 sleeping containers are 6 MB of JSON every few seconds, which is then neither parsed nor
 * compared.
 */
export function createContainerList<Item>(
  client: DockerClient,
  convert: (listed: readonly ListedContainer[]) => Promise<readonly Item[]>,
): () => Promise<readonly Item[]> {
  let last: { readonly whole: string; readonly lasting: string; readonly items: readonly Item[] } | undefined;
  return async () => {
    const chunks = await client.call(async (docker, abortSignal) =>
      (await openResponse(docker, "/containers/json", { all: true }, abortSignal)).toArray(),
    );
    const whole = digest(chunks as Buffer[]);
    if (last?.whole === whole) return last.items;
    const body = Buffer.concat(chunks as Buffer[]);
    const lasting = digest(withoutStatus(body));
    const items =
      last?.lasting === lasting ? last.items : await convert(JSON.parse(body.toString()) as ListedContainer[]);
    last = { whole, lasting, items };
    return items;
  };
}

function digest(parts: Iterable<Buffer>): string {
  const hash = createHash("sha1");
  for (const part of parts) hash.update(part);
  return hash.digest("base64");
}

/**
 * Leaves out texts such as `Up 5 minutes`, which change every minute. Inside a JSON string the quotes would be escaped.
 */
function* withoutStatus(body: Buffer): Iterable<Buffer> {
  let from = 0;
  for (let at = body.indexOf(STATUS); at !== -1; at = body.indexOf(STATUS, from)) {
    yield body.subarray(from, at);
    const end = body.indexOf('"', at + STATUS.length);
    from = end === -1 ? body.length : end;
  }
  yield body.subarray(from);
}

const STATUS = '"Status":"';
