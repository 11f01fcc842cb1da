import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constants, gunzipSync } from 'node:zlib';
import { decompress } from 'fzstd';
import type { WrittenText } from './leaks.js';
import type { LeftFile } from './workspace.js';

/** All that a process and its workers said to one address, whole, as it was before TLS. */
export interface Conversation {
  /** `host:port`, in lower case; of a tunnel, what the proxy was asked for. The path of a pipe; '' where no one knows. */
  readonly to: string;
  readonly bytes: Buffer;
}

/** Header lines that may hold a secret when they go to this address, and only in the head of a request. */
export interface Permission {
  readonly to: (address: string) => boolean;
  /** `name: value` */
  readonly header: RegExp;
}

const HOOK = join(dirname(fileURLToPath(import.meta.url)), 'listen.cjs');

/** Makes the folder for the notes; answers the file to give to Node as `--require`. */
export function createWire(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const hook = join(folder, 'listen.cjs');
  copyFileSync(HOOK, hook);
  return hook;
}

/** What was noted in the folder. A process that was killed has noted everything it said. */
export function readWire(folder: string): Conversation[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.wire'));
  return files.flatMap((name) => conversationsOf(readFileSync(join(folder, name)))).flatMap(throughTunnel);
}

/** The files that the process removed, as they were then. */
export function readRemoved(folder: string): LeftFile[] {
  const kept = readdirSync(folder).filter((name) => name.endsWith('.gone'));
  return kept.map((name) => {
    const [path = '', ...lines] = readFileSync(join(folder, name), 'latin1').split('\n');
    return { path, text: lines.join('\n') };
  });
}

function conversationsOf(notes: Buffer): Conversation[] {
  const sockets = new Map<string, { to: string; pieces: Buffer[] }>();
  for (let at = 0; at < notes.length; ) {
    const lineEnd = notes.indexOf(10, at);
    const [kind = '', socket = '', length = '0'] = notes.toString('latin1', at, lineEnd).split(' ');
    const bytes = notes.subarray(lineEnd + 1, lineEnd + 1 + Number(length));
    const known = sockets.get(socket) ?? { to: '', pieces: [] };
    sockets.set(socket, known);
    if (kind === 'to') known.to = bytes.toString('utf8').toLowerCase();
    else if (kind === 'over') known.to = asked(sockets.get(bytes.toString())) ?? '';
    else known.pieces.push(bytes);
    at = lineEnd + 1 + bytes.length;
  }
  return [...sockets.values()].map(({ to, pieces }) => ({ to, bytes: Buffer.concat(pieces) }));
}

/** What a tunnel was asked for, or whom the socket was connected to. */
function asked(socket: { to: string; pieces: readonly Buffer[] } | undefined): string | undefined {
  return /^CONNECT (\S+) HTTP/.exec(socket?.pieces[0]?.toString('latin1') ?? '')?.[1]?.toLowerCase() ?? socket?.to;
}

/** The head of a CONNECT is said to the proxy, what follows to whom it names. */
function throughTunnel(conversation: Conversation): Conversation[] {
  const target = /^CONNECT (\S+) HTTP/.exec(conversation.bytes.toString('latin1', 0, 1_000))?.[1];
  if (target === undefined) return [conversation];
  const headEnd = conversation.bytes.indexOf('\r\n\r\n') + 4;
  return [
    { to: conversation.to, bytes: conversation.bytes.subarray(0, headEnd) },
    { to: target.toLowerCase(), bytes: conversation.bytes.subarray(headEnd) },
  ];
}

/** Everything in which a secret must not be: addresses, heads without the headers that are permitted, bodies, what is compressed in them. */
export function textsOfWire(conversations: readonly Conversation[], permissions: readonly Permission[]): WrittenText[] {
  return conversations.flatMap(({ to, bytes }) => {
    const permitted = permissions.filter((permission) => permission.to(to)).map(({ header }) => header);
    const requests = requestsOf(bytes).flatMap((request) => [
      { place: `request to ${to}`, text: without(request.head, permitted) },
      { place: `body to ${to}`, text: request.body.toString('latin1') },
      ...partsOf(request)
        .flatMap(unpacked)
        .map((text) => ({ place: `compressed body to ${to}`, text })),
    ]);
    return [{ place: 'address', text: to }, ...requests];
  });
}

function without(head: string, permitted: readonly RegExp[]): string {
  const lines = head.split('\r\n').filter((line) => !permitted.some((header) => header.test(line)));
  return lines.join('\r\n');
}

interface Request {
  readonly head: string;
  readonly body: Buffer;
}

/** The requests of a connection of HTTP/1.1; what is none of HTTP is taken for a body. */
function requestsOf(bytes: Buffer): Request[] {
  const requests: Request[] = [];
  for (let at = 0; at < bytes.length; ) {
    const headEnd = bytes.indexOf('\r\n\r\n', at);
    const head = bytes.toString('latin1', at, headEnd < 0 ? at : headEnd);
    if (!/^[A-Z]+ \S+ HTTP\/1\.1\r\n/.test(`${head}\r\n`)) return [...requests, { head: '', body: bytes.subarray(at) }];
    const bodyStart = headEnd + 4;
    const bodyEnd = bodyStart + Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
    requests.push({ head, body: bytes.subarray(bodyStart, bodyEnd) });
    at = bodyEnd;
  }
  return requests;
}

interface Part {
  readonly part: Buffer;
  /** Whether the run got to its end. */
  readonly whole: boolean;
}

/** A body that is no form is its own only part. */
function partsOf({ head, body }: Request): Part[] {
  const boundary = /boundary=(\S+)/.exec(head)?.[1];
  if (boundary === undefined) return [{ part: body, whole: true }];
  const parts: Part[] = [];
  const line = Buffer.from(`--${boundary}`);
  for (let at = body.indexOf(line); at >= 0; ) {
    const next = body.indexOf(Buffer.from(`\r\n--${boundary}`), at);
    const content = body.indexOf('\r\n\r\n', at) + 4;
    if (content >= 4) parts.push({ part: body.subarray(content, next < 0 ? body.length : next), whole: next >= 0 });
    at = next < 0 ? -1 : next + 2;
  }
  return parts;
}

const GZIP = Buffer.from([0x1f, 0x8b]);
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** The text of a part that is compressed; of one that was cut off, as much as can be read. */
function unpacked({ part, whole }: Part): string[] {
  if (part.subarray(0, 2).equals(GZIP)) {
    return [gunzipSync(part, { finishFlush: constants.Z_SYNC_FLUSH }).toString('latin1')];
  }
  if (!part.subarray(0, 4).equals(ZSTD)) return [];
  try {
    return [Buffer.from(decompress(part)).toString('latin1')];
  } catch (error) {
    if (whole) throw error;
    return [];
  }
}
