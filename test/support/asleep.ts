import type { TestDocker } from "./docker.ts";

/** The number of simultaneous calls. */
const AT_ONCE = 8;

/** Creates labelled containers that do not run. They are not removed, so the daemon must belong to the test. */
export async function createAsleep({ docker, image }: TestDocker, count: number): Promise<void> {
  const Image = await image("tiny");
  const left = Array.from({ length: count }, (_, index) => index);
  const work = async (): Promise<void> => {
    for (let index = left.pop(); index !== undefined; index = left.pop()) {
      const Labels = { "dag.enabled": "true", "dag.host": `app-${index}.test`, "dag.idle_timeout": "10m" };
      await docker.createContainer({ name: `app-${index}`, Image, Labels });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}
