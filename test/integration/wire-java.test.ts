import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { cleanup } from "../support/cleanup.ts";
import { toolOrSkip } from "../support/tools.ts";
import { startWireGateway } from "./wire-gateway.ts";

/** By default this client requests h2c with its first request on a connection. */
const ASK = `
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.*;
import java.net.http.HttpRequest.BodyPublishers;

class Ask {
  public static void main(String[] args) throws Exception {
    var large = new byte[300000];
    java.util.Arrays.fill(large, (byte) 'y');
    for (var first : new String[] { "GET", "small", "large", "stream" }) {
      var client = HttpClient.newHttpClient();
      for (var kind : new String[] { first, "GET", "small" }) {
        var request = HttpRequest.newBuilder(URI.create(args[0] + "/" + first + "/" + kind));
        if (kind.equals("small")) request.POST(BodyPublishers.ofString("hello"));
        if (kind.equals("large")) request.POST(BodyPublishers.ofByteArray(large));
        if (kind.equals("stream")) request.POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large)));
        var answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        System.out.println(answer.statusCode() + " " + answer.version() + " " + answer.body());
      }
    }
  }
}`;

test("Java's HTTP client, which requests h2c, gets its responses on kept connections", async (t) => {
  const java = toolOrSkip(t, "java");
  if (java === undefined) return;
  const heads: string[] = [];
  const gateway = await startWireGateway(t, ({ head }) => void heads.push(head));
  let connections = 0;
  const asked: string[] = [];
  const counter = createServer((socket) => {
    connections += 1;
    socket.on("error", () => {}).once("data", (bytes: Buffer) => asked.push(bytes.toString("latin1")));
    const onward = connect(gateway.port, "127.0.0.1").on("error", () => socket.destroy());
    socket.pipe(onward).pipe(socket);
  });
  await once(counter.listen(0, "127.0.0.1"), "listening");
  cleanup(t, () => new Promise((resolve) => counter.close(resolve)));
  const dir = mkdtempSync(path.join(tmpdir(), "dag-java-"));
  cleanup(t, () => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(path.join(dir, "Ask.java"), ASK);

  const url = `http://127.0.0.1:${(counter.address() as AddressInfo).port}`;
  const { stdout } = await promisify(execFile)(java, ["-XX:TieredStopAtLevel=1", path.join(dir, "Ask.java"), url], {
    timeout: 150_000,
  });
  const expected = ["GET", "small", "large", "stream"].flatMap((first) =>
    [first, "GET", "small"].map((kind) => `200 HTTP_1_1 </${first}/${kind}>`),
  );
  assert.deepEqual(stdout.trim().split("\n"), expected);
  assert.equal(connections, 4);
  assert.ok(
    asked.every((head) => /^upgrade: h2c\r$/imu.test(head)),
    "it asked for h2c",
  );
  assert.ok(heads.every((head) => !/^(?:upgrade|http2-settings):/imu.test(head)));
});
