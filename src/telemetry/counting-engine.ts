const OPERATIONS = [
  "list",
  "observe",
  "start",
  "stop",
  "restart",
  "logs",
  "usage",
  "execs",
  "limits",
  "throttle",
  "restore",
] as const;

/** The counted calls of an engine, by the names of the port. */
export type EngineOperation = (typeof OPERATIONS)[number];

/** The result of a call: the engine's error code, or `error` for any other fault. */
export type EngineResult =
  | "success"
  | "unreachable"
  | "absent"
  | "network"
  | "changed"
  | "forbidden"
  | "refused"
  | "error";

type Countable = { readonly [operation in EngineOperation]: (...args: never[]) => Promise<unknown> };

/** Wraps an engine so that its calls are counted by operation and result. */
export function countingEngine<E extends Countable>(
  engine: E,
  metrics: { engineRequest(operation: EngineOperation, result: EngineResult): void },
): E {
  const counting: Record<string, unknown> = {};
  for (const operation of OPERATIONS) {
    const call = engine[operation].bind(engine) as (...args: unknown[]) => Promise<unknown>;
    counting[operation] = async (...args: unknown[]): Promise<unknown> => {
      try {
        const answer = await call(...args);
        metrics.engineRequest(operation, "success");
        return answer;
      } catch (error) {
        metrics.engineRequest(operation, resultOf(error));
        throw error;
      }
    };
  }
  return Object.assign(Object.create(engine) as E, counting);
}

const CODES: ReadonlySet<unknown> = new Set<EngineResult>([
  "unreachable",
  "absent",
  "network",
  "changed",
  "forbidden",
  "refused",
]);

function resultOf(error: unknown): EngineResult {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return CODES.has(code) ? (code as EngineResult) : "error";
}
