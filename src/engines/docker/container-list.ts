import { createHash } from "node:crypto";
import { createBodyReader } from "./body-reader.ts";
import type { DockerClient } from "./client.ts";

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
 * Creates the function that lists all containers, converted by `convert`. It returns the same array while the list is
 * the same: 10,000 sleeping containers are 6 MB of JSON every few seconds, which is then neither parsed nor compared.
 */
export function createContainerList<Item>(
  client: DockerClient,
  convert: (listed: readonly ListedContainer[]) => Promise<readonly Item[]>,
): () => Promise<readonly Item[]> {
  const read = createBodyReader(client.connection);
  let last: { readonly digest: string; readonly items: readonly Item[] } | undefined;
  return async () => {
    const { version } = await client.server();
    const found = await client.call((_, signal) =>
      read(`/v${version}/containers/json?all=true`, signal, (body) => {
        const lasting = withoutStatus(body);
        const digest = createHash("sha1").update(lasting).digest("base64");
        return { digest, listed: digest === last?.digest ? undefined : parse(lasting) };
      }),
    );
    if (found.listed !== undefined) last = { digest: found.digest, items: await convert(found.listed) };
    return last?.items ?? [];
  };
}

function parse(body: Buffer): readonly ListedContainer[] {
  return JSON.parse(body.toString()) as readonly ListedContainer[];
}

/**
 * Removes texts such as `Up 5 minutes`, which change all the time, in place: with 10,000 containers, pieces of the
 * body would be as many objects.
 */
function withoutStatus(body: Buffer): Buffer {
  let [kept, from] = [0, 0];
  for (let at = body.indexOf(STATUS); at !== -1; at = body.indexOf(STATUS, at)) {
    at = valueStart(body, at + STATUS.length);
    const end = body.indexOf('"', at);
    if (end === -1) break;
    // A label of this name may contain quotes; Docker's texts do not.
    if (body[at - 1] !== QUOTE || body[end - 1] === BACKSLASH) continue;
    body.copyWithin(kept, from, at);
    kept += at - from;
    from = at = end;
  }
  body.copyWithin(kept, from);
  return body.subarray(0, kept + body.length - from);
}

/** Returns where the text begins after its quote; JSON may have spaces before it. */
function valueStart(body: Buffer, colonEnd: number): number {
  let at = colonEnd;
  while (body[at] === SPACE) at += 1;
  return at + 1;
}

const STATUS = Buffer.from('"Status":');
const SPACE = 32;
const QUOTE = 34;
const BACKSLASH = 92;
