/** Returns names of a fixed length, so that the bytes of a case are as many each time it is sent. */
export function createTags(): () => string {
  let count = 0;
  return () => {
    count = (count + 1) % 36 ** 4;
    return `fz${count.toString(36).padStart(4, "0")}`;
  };
}
