import { EngineError } from "../../lifecycle/ports.ts";

/** Resolves with `undefined` if the object does not exist. */
export function ifThere<T>(call: Promise<T>): Promise<T | undefined> {
  return unlessCode(call, ["absent"]);
}

/** Resolves with `undefined` if the gateway has no permission, or the API does not know the kind. */
export function ifAllowed<T>(call: Promise<T>): Promise<T | undefined> {
  return unlessCode(call, ["absent", "forbidden"]);
}

async function unlessCode<T>(call: Promise<T>, codes: readonly EngineError["code"][]): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof EngineError && codes.includes(error.code)) return undefined;
    throw error;
  }
}
