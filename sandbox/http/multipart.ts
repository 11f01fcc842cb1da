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
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  // The first delimiter has no line break before it; this one stands in for it.
  let pending: Buffer = CRLF;
  let state: 'preamble' | 'after-delimiter' | 'head' | 'body' | 'done' = 'preamble';
  let sink: PartSink | undefined;

  /** Looks for the delimiter; hands everything surely before it to the sink. False: more bytes are needed. */
  const takeContent = (): boolean => {
    const at = pending.indexOf(delimiter);
    const sure = at >= 0 ? at : pending.length - delimiter.length + 1;
    if (sure > 0) {
      if (state === 'body') sink?.write(pending.subarray(0, sure));
      pending = pending.subarray(sure);
    }
    if (at < 0) return false;
    if (state === 'body') sink?.end();
    pending = pending.subarray(delimiter.length);
    state = 'after-delimiter';
    return true;
  };

  const takeDelimiterEnd = (): boolean => {
    if (pending.length < 2) return false;
    state = pending.toString('latin1', 0, 2) === '--' ? 'done' : 'head';
    // The CRLF stays: a head without headers is then "\r\n\r\n" like any other.
    return true;
  };

  const takeHead = (): boolean => {
    const end = pending.indexOf(HEAD_END);
    if (end < 0) {
      if (pending.length > MAX_HEAD) throw malformed('headers too long');
      return false;
    }
    sink = open(parseHead(pending.toString('utf8', 0, end)));
    // One CRLF stays in front, so that an empty body still has the delimiter's own.
    pending = pending.subarray(end + HEAD_END.length);
    state = 'body';
    return true;
  };

  const step = (): boolean => {
    if (state === 'preamble' || state === 'body') return takeContent();
    if (state === 'after-delimiter') return takeDelimiterEnd();
    if (state === 'head') return takeHead();
    return false;
  };

  /** What was held back, with what has come. Copied together only where a delimiter may stand across the border. */
  const join = (bytes: Buffer): Buffer => {
    if (pending.length === 0) return bytes;
    const isContent = state === 'body' || state === 'preamble';
    if (!isContent || pending.length >= delimiter.length) return Buffer.concat([pending, bytes]);
    const border = Buffer.concat([pending, bytes.subarray(0, delimiter.length - 1)]);
    if (bytes.length < delimiter.length || border.includes(delimiter)) return Buffer.concat([pending, bytes]);
    if (state === 'body') sink?.write(pending);
    return bytes;
  };

  return {
    write: (bytes) => {
      pending = join(bytes);
      while (step());
      if (state === 'done') pending = Buffer.alloc(0);
    },
    end: () => {
      if (state === 'done') return;
      sink?.end();
      // No part at all is an empty form; a form that breaks off is an error.
      if (state !== 'preamble') throw malformed('unexpected end of the form');
    },
  };
}

function parseHead(text: string): PartHead {
  const line = text.split('\r\n').find((candidate) => /^content-disposition:/i.test(candidate)) ?? '';
  return { name: parameter(line, 'name'), filename: parameter(line, 'filename') };
}

function parameter(line: string, name: string): string | undefined {
  const match = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]+))`, 'i').exec(line);
  return match?.[1] ?? match?.[2];
}
