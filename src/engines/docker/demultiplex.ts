/** The two output streams of a program. */
export type Output = "stdout" | "stderr";

/**
 * Creates a demultiplexer of Docker's log: frames of one type byte (1 stdout, 2 stderr), three zero bytes, a 32-bit
 * big-endian length, and that many bytes. Pieces are passed on as they arrive, so a huge frame is never held in memory.
 */
export function createDemultiplexer(onPiece: (output: Output, piece: Buffer) => void): (chunk: Buffer) => void {
  let header = Buffer.alloc(0);
  let output: Output = "stdout";
  let left = 0;

  return (chunk) => {
    let rest = chunk;
    while (rest.length > 0) {
      if (left > 0) {
        onPiece(output, rest.subarray(0, left));
        const taken = Math.min(left, rest.length);
        left -= taken;
        rest = rest.subarray(taken);
        continue;
      }
      const missing = HEADER_BYTES - header.length;
      header = Buffer.concat([header, rest.subarray(0, missing)]);
      rest = rest.subarray(missing);
      if (header.length < HEADER_BYTES) return;
      output = header[0] === 2 ? "stderr" : "stdout";
      left = header.readUInt32BE(4);
      header = Buffer.alloc(0);
    }
  };
}

const HEADER_BYTES = 8;
