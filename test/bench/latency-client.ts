/**
 * Sends GETs at a steady rate, whether or not the ones before have been answered, and prints the latencies' percentiles
 * in ms as JSON. Arguments: port, Host, requests per second, seconds.
 */
import { Agent, get } from "node:http";

const [port = 0, , rate = 1, seconds = 1] = process.argv.slice(2).map(Number);
const host = process.argv[3];
const agent = new Agent({ keepAlive: true });
const latencies: number[] = [];
let sent = 0;
const begun = performance.now();
const timer = setInterval(sendDue, 1);

function sendDue(): void {
  const due = Math.min(((performance.now() - begun) / 1_000) * rate, seconds * rate);
  for (; sent < due; sent += 1) send();
  if (sent < seconds * rate) return;
  clearInterval(timer);
}

function send(): void {
  const from = performance.now();
  get({ port, agent, headers: { host } }, (res) => {
    if (res.statusCode !== 200) throw new Error(`answered with ${res.statusCode}`);
    res.resume().on("end", () => {
      latencies.push(performance.now() - from);
      if (latencies.length === seconds * rate) finish();
    });
  });
}

function finish(): void {
  agent.destroy();
  latencies.sort((one, other) => one - other);
  const at = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? 0;
  console.log(JSON.stringify({ p50: at(0.5), p99: at(0.99) }));
}
