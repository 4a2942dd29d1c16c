import { FieldReader, flatFields } from "./field-lines.ts";
import { InvalidResponse } from "./response-fields.ts";
import {
  type ResponseFraming,
  responseFraming,
  CHUNKED,
  UNTIL_CLOSE,
  type ResponseHead,
  parseResponseHead,
} from "./parse-response-head.ts";
import { MAX_HEADER_BYTES } from "./server-options.ts";

/** Receives the parts of a response in order. An exception in it ends the connection. */
export interface ResponseSink {
  onInformation(head: ResponseHead): void;
  onHead(head: ResponseHead): void;
  /** The bytes are valid during the call, or until the stream that they are written to has taken them. */
  onBody(bytes: Buffer): void;
  /** `keepMs`: how long the connection may idle now; 0: it cannot be reused. */
  onEnd(trailers: readonly string[], keepMs: number): void;
  /** A 101 and the bytes after it; absent: no upgrade was requested. */
  onSwitch?(head: ResponseHead, early: Buffer): void;
}

type Phase = "idle" | "head" | "length" | "chunk-size" | "chunk" | "chunk-end" | "trailers" | "until-close";

/** Reads responses, one at a time, from the bytes of a connection. */
export class ResponseReader {
  #sink: ResponseSink | undefined;
  #isBodiless = false;
  #phase: Phase = "idle";
  #framing: ResponseFraming = NOTHING;
  /** Bytes missing of the body or of the chunk. */
  #left = 0;
  /** The beginning of an incomplete part. */
  #rest: Buffer | undefined;

  /** No response is expected. */
  get isIdle(): boolean {
    return this.#phase === "idle";
  }

  /** A response is expected. `isBodiless`: to HEAD. */
  begin(sink: ResponseSink, isBodiless: boolean): void {
    this.#sink = sink;
    this.#isBodiless = isBodiless;
    this.#phase = "head";
  }

  /** Throws on invalid HTTP, and on bytes without a request. */
  read(bytes: Buffer): void {
    const input = this.#rest === undefined ? bytes : Buffer.concat([this.#rest, bytes]);
    this.#rest = undefined;
    let at = 0;
    while (at < input.length) {
      const next = this.#step(input, at);
      if (next === at) {
        if (input.length - at > MAX_HEADER_BYTES) throw new InvalidResponse("the response head is too long");
        this.#rest = Buffer.from(input.subarray(at)); // a copy: the next read overwrites the bytes
        return;
      }
      at = next;
    }
  }

  /** The connection has ended. Returns whether that was the end of the response. */
  close(): boolean {
    if (this.#phase !== "until-close") return false;
    this.#finish(NONE);
    return true;
  }

  /** Returns where the next step begins; `at` itself when more bytes are needed. */
  #step(input: Buffer, at: number): number {
    switch (this.#phase) {
      case "idle":
        throw new InvalidResponse("bytes without a request");
      case "head":
        return this.#head(input, at);
      case "length":
      case "chunk":
        return this.#body(input, at);
      case "until-close":
        this.#sink?.onBody(at === 0 ? input : input.subarray(at));
        return input.length;
      case "chunk-size":
        return this.#chunkSize(input, at);
      case "chunk-end":
        if (input[at] !== CR || (input[at + 1] ?? LF) !== LF) throw new InvalidResponse("a chunk longer than its size");
        if (input.length - at < 2) return at;
        this.#phase = "chunk-size";
        return at + 2;
      case "trailers":
        return this.#trailers(input, at);
    }
  }

  #head(input: Buffer, at: number): number {
    const head = parseResponseHead(at === 0 ? input : input.subarray(at));
    if (head === undefined) return at;
    const end = at + head.fields.end;
    if (head.fields.end > MAX_HEADER_BYTES) throw new InvalidResponse("the response head is too long");
    if (head.status === 101) return this.#switch(head, input, end);
    if (head.status < 200) {
      this.#sink?.onInformation(head);
      return end;
    }
    this.#framing = responseFraming(head, this.#isBodiless);
    const { length } = this.#framing;
    this.#left = length;
    this.#phase = length === CHUNKED ? "chunk-size" : length === UNTIL_CLOSE ? "until-close" : "length";
    this.#sink?.onHead(head);
    if (length === 0) this.#finish(NONE);
    return end;
  }

  #switch(head: ResponseHead, input: Buffer, end: number): number {
    const sink = this.#sink;
    if (sink?.onSwitch === undefined) throw new InvalidResponse("an upgrade that was not requested");
    this.#sink = undefined;
    this.#phase = "idle";
    sink.onSwitch(head, input.subarray(end));
    return input.length;
  }

  #body(input: Buffer, at: number): number {
    const end = Math.min(input.length, at + this.#left);
    this.#left -= end - at;
    this.#sink?.onBody(input.subarray(at, end));
    if (this.#left === 0) {
      if (this.#phase === "chunk") this.#phase = "chunk-end";
      else this.#finish(NONE);
    }
    return end;
  }

  #chunkSize(input: Buffer, at: number): number {
    const end = input.indexOf(LF, at) - 1;
    if (end < 0) return at;
    if (input[end] !== CR) throw new InvalidResponse("an incomplete line end after a chunk size");
    const line = input.toString("latin1", at, end);
    const size = CHUNK_SIZE.exec(line)?.[1];
    if (size === undefined) throw new InvalidResponse("a chunk without a size");
    this.#left = Number.parseInt(size, 16);
    this.#phase = this.#left === 0 ? "trailers" : "chunk";
    return end + 2;
  }

  #trailers(input: Buffer, at: number): number {
    for (let start = at; ; start = field.end + 2) {
      switch (field.read(input, start, input.length)) {
        case "incomplete":
          return at;
        case "unsupported":
          throw new InvalidResponse("an invalid trailer");
        case "none":
          this.#finish(start === at ? NONE : flatFields(input.toString("latin1", at, start)));
          return start + 2;
        case "field":
      }
    }
  }

  #finish(trailers: readonly string[]): void {
    const sink = this.#sink;
    this.#sink = undefined;
    this.#phase = "idle";
    sink?.onEnd(trailers, this.#framing.keepMs);
  }
}

const field = new FieldReader();
const NONE: readonly string[] = Object.freeze([]);
const NOTHING: ResponseFraming = Object.freeze({ length: 0, keepMs: 0 });
/** Chunk extensions are hop-by-hop, and none is supported. */
const CHUNK_SIZE = /^([\da-f]{1,12})[\t ]*(?:;[\t -~\x80-\xff]*)?$/iu;
const CR = 13;
const LF = 10;
