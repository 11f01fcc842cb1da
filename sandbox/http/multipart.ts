import { detail } from './answer.js';

/** Takes the bytes of one part. */
export interface PartSink {
  write(bytes: Buffer): void;
  end(): void;
}

/** What a part says about itself. */
export interface PartHead {
  readonly name: string | undefined;
  readonly filename: string | undefined;
}

/** A parser that is fed pieces of any size and never holds more than a boundary's length of a part back. */
export interface MultipartParser {
  write(bytes: Buffer): void;
  /** Throws when the closing boundary never came. */
  end(): void;
}

/** Header blocks above this are no multipart form. */
const MAX_HEAD = 16 * 1024;
const CRLF = Buffer.from('\r\n');
const HEAD_END = Buffer.from('\r\n\r\n');

const malformed = (why: string) => detail(400, `Multipart form parse error - ${why}`);

/** The boundary of a `multipart/form-data` Content-Type; undefined: another type; throws when it lacks one. */
export function boundaryOf(contentType: string): string | undefined {
  if (!/^multipart\/form-data\s*(?:;|$)/i.test(contentType)) return undefined;
  const match = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) throw malformed('Invalid boundary in multipart: None');
  return boundary;
}

/** @param open called at each part's head; undefined: the part's bytes are of no interest. */
export function createMultipart(boundary: string, open: (head: PartHead) => PartSink | undefined): MultipartParser {
  return new Parser(boundary, open);
}

class Parser implements MultipartParser {
  readonly #delimiter: Buffer;
  readonly #open: (head: PartHead) => PartSink | undefined;
  // The first delimiter has no line break before it; this one stands in for it.
  #pending: Buffer = CRLF;
  #state: 'preamble' | 'after-delimiter' | 'head' | 'body' | 'done' = 'preamble';
  #sink: PartSink | undefined;

  constructor(boundary: string, open: (head: PartHead) => PartSink | undefined) {
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
    this.#open = open;
  }

  write(bytes: Buffer): void {
    this.#pending = this.#join(bytes);
    while (this.#step());
    if (this.#state === 'done') this.#pending = Buffer.alloc(0);
  }

  end(): void {
    if (this.#state === 'done') return;
    this.#sink?.end();
    // No part at all is an empty form; a form that breaks off is an error.
    if (this.#state !== 'preamble') throw malformed('unexpected end of the form');
  }

  #step(): boolean {
    if (this.#state === 'preamble' || this.#state === 'body') return this.#takeContent();
    if (this.#state === 'after-delimiter') return this.#takeDelimiterEnd();
    if (this.#state === 'head') return this.#takeHead();
    return false;
  }

  /** Looks for the delimiter; hands everything surely before it to the sink. False: more bytes are needed. */
  #takeContent(): boolean {
    const at = this.#pending.indexOf(this.#delimiter);
    const sure = at >= 0 ? at : this.#pending.length - this.#delimiter.length + 1;
    if (sure > 0) {
      if (this.#state === 'body') this.#sink?.write(this.#pending.subarray(0, sure));
      this.#pending = this.#pending.subarray(sure);
    }
    if (at < 0) return false;
    if (this.#state === 'body') this.#sink?.end();
    this.#pending = this.#pending.subarray(this.#delimiter.length);
    this.#state = 'after-delimiter';
    return true;
  }

  #takeDelimiterEnd(): boolean {
    if (this.#pending.length < 2) return false;
    this.#state = this.#pending.toString('latin1', 0, 2) === '--' ? 'done' : 'head';
    // The CRLF stays: a head without headers is then "\r\n\r\n" like any other.
    return true;
  }

  #takeHead(): boolean {
    const end = this.#pending.indexOf(HEAD_END);
    if (end < 0) {
      if (this.#pending.length > MAX_HEAD) throw malformed('headers too long');
      return false;
    }
    this.#sink = this.#open(parseHead(this.#pending.toString('utf8', 0, end)));
    // One CRLF stays in front, so that an empty body still has the delimiter's own.
    this.#pending = this.#pending.subarray(end + HEAD_END.length);
    this.#state = 'body';
    return true;
  }

  /** What was held back, with what has come. Copied together only where a delimiter may stand across the border. */
  #join(bytes: Buffer): Buffer {
    const delimiter = this.#delimiter;
    if (this.#pending.length === 0) return bytes;
    const isContent = this.#state === 'body' || this.#state === 'preamble';
    if (!isContent || this.#pending.length >= delimiter.length) return Buffer.concat([this.#pending, bytes]);
    const border = Buffer.concat([this.#pending, bytes.subarray(0, delimiter.length - 1)]);
    if (bytes.length < delimiter.length || border.includes(delimiter)) return Buffer.concat([this.#pending, bytes]);
    if (this.#state === 'body') this.#sink?.write(this.#pending);
    return bytes;
  }
}

function parseHead(text: string): PartHead {
  const line = text.split('\r\n').find((candidate) => /^content-disposition:/i.test(candidate)) ?? '';
  return { name: parameter(line, 'name'), filename: parameter(line, 'filename') };
}

function parameter(line: string, name: string): string | undefined {
  const match = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]+))`, 'i').exec(line);
  return match?.[1] ?? match?.[2];
}
