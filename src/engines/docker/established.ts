/**
 * Returns the remote ends of the established connections from outside to any of `ports`, in the text of
 * `/proc/PID/net/tcp` or `tcp6`. Its columns are number, local address, remote address and state (`01` established); addresses are hexadecimal words in
 * the machine's byte order.
 */
export function establishedFrom(table: string, ports: readonly number[]): string[] {
  return table.split("\n").flatMap((line) => {
    const [, local = "", remote = "", state] = line.trim().split(/\s+/);
    const isUsed = state === "01" && ports.includes(portOf(local)) && isOutside(address(local), address(remote));
    return isUsed ? [remote] : [];
  });
}

/** Returns the ports that listen (state `0A`) on other addresses than loopback. */
export function listeningPorts(table: string): number[] {
  return table.split("\n").flatMap((line) => {
    const [, local = "", , state] = line.trim().split(/\s+/);
    return state === "0A" && !isLoopback(address(local)) ? [portOf(local)] : [];
  });
}

function portOf(text: string): number {
  return Number.parseInt(text.slice(-4), 16);
}

function address(text: string): string {
  return text.slice(0, text.indexOf(":"));
}

/** Returns false for the connections of a health check inside the container: from loopback or its own address. */
function isOutside(local: string, remote: string): boolean {
  return remote !== local && !isLoopback(remote);
}

function isLoopback(text: string): boolean {
  return text === "00000000000000000000000001000000" || LOOPBACK_4.test(text);
}

/** 127.0.0.0/8, also mapped into IPv6; words are little-endian on every platform of Docker except s390x. */
const LOOPBACK_4 = /^(?:0{16}FFFF0000)?[0-9A-F]{6}7F$/;
