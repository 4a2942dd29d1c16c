import type { TestDocker } from "./docker.ts";

/** How many calls are under way at once. */
const AT_ONCE = 8;

/** Creates so many labelled containers, none of which runs. They go with their daemon: it is to be the test's own. */
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
