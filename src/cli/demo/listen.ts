import { createServer, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";

/**
 * Serves a page until SIGTERM: HTML for browsers, a line of text for others. Its arguments are the port and the
 * address, which in a container must not be loopback.
 */
export function listen(name: string, render: (visits: number) => string): void {
  let visits = 0;
  const answer = async (request: IncomingMessage): Promise<string> => {
    const sent = await text(request);
    if (sent !== "") return `${name} got what you sent: ${sent}\n`;
    visits += 1;
    if (wantsHtml(request)) return render(visits);
    return `${name} is awake (visit ${visits}, up for ${process.uptime().toFixed(1)} s)\n`;
  };
  const server = createServer((request, response) => {
    response.setHeader("Content-Type", `text/${wantsHtml(request) ? "html" : "plain"}; charset=utf-8`);
    response.setHeader("Cache-Control", "no-store");
    answer(request).then(
      (body) => response.end(body),
      () => response.destroy(),
    );
  });
  const [port, address = "127.0.0.1"] = process.argv.slice(2);
  server.listen(Number(port), address, () => say(`${name} listens`));
  process.on("SIGTERM", () => {
    say(`${name} stops`);
    process.exit(0);
  });
}

function wantsHtml({ method, headers }: IncomingMessage): boolean {
  return method === "GET" && (headers.accept ?? "").includes("text/html");
}

/** Writes a line of output, which the loading page shows. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
