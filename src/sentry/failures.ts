/** Why an attempt had no usable answer. */
export type FailureKind =
  | 'connect-timeout'
  | 'first-byte-timeout'
  | 'attempt-timeout'
  | 'stalled'
  | 'reset'
  | 'refused'
  | 'unreachable'
  | 'dns-unknown'
  | 'dns-temporary'
  | 'tls'
  | 'proxy-auth'
  | 'proxy-broken'
  | 'proxy-unreached'
  | 'proxy-wrong'
  | 'proxy-timeout'
  | 'truncated'
  | 'too-large'
  | 'encoding'
  | 'invalid';

/** An attempt without a usable answer. `sent` tells whether the server may have seen the request. */
export class TransportFailure extends Error {
  override readonly name = 'TransportFailure';
  readonly kind: FailureKind;
  readonly sent: boolean;

  constructor(kind: FailureKind, message: string, options: { readonly sent: boolean; readonly cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.sent = options.sent;
  }
}

/** A failure before the connection stood: the server has seen nothing of the request. */
export class ConnectFailure extends Error {
  override readonly name = 'ConnectFailure';
  /** undici looks at it to tell whom an error belongs to. */
  readonly code: string | undefined;
  readonly timedOut: boolean;
  /** `host:port` of the proxy that was not reached; where it timed out, of the one it went through. Never its credentials. */
  readonly proxy: string | undefined;

  constructor(cause: unknown, options: { readonly timedOut?: boolean; readonly proxy?: string | undefined } = {}) {
    const at = options.proxy === undefined ? '' : `at the proxy ${options.proxy}: `;
    super(`${at}${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.code = codeOf(cause);
    this.timedOut = options.timedOut ?? false;
    this.proxy = options.proxy;
  }
}

const RESETS = new Set([
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'UND_ERR_SOCKET',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
]);
const UNREACHABLE = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL']);
const TIMEOUTS = new Set(['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT']);
const HANDSHAKE =
  /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|CRL_|EPROTO)/;

/** The `code` of a Node or undici error; of several tried addresses (AggregateError) the first that has one. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return error.errors.map(codeOf).find((code) => code !== undefined);
  return undefined;
}

/** Names what undici or Node threw. `sent`: whether the request may have reached the server. */
export function classify(thrown: unknown, host: string): TransportFailure {
  if (thrown instanceof TransportFailure) return thrown;
  const connecting = thrown instanceof ConnectFailure;
  const cause = connecting ? thrown.cause : thrown;
  const code = codeOf(cause) ?? '';
  const text = cause instanceof Error ? cause.message : String(cause);
  const failure = (kind: FailureKind, message: string) =>
    new TransportFailure(kind, message, { sent: !connecting && kind !== 'proxy-auth', cause });
  if (connecting && thrown.proxy !== undefined) return atProxy(thrown, thrown.proxy, host);
  if (connecting && thrown.timedOut) return failure('connect-timeout', `no connection to ${host} in time`);
  const proxied = /Proxy response \((\d+)\)|Proxy Authentication Required/i.exec(text);
  if (proxied !== null) return proxyFailure(proxied[1], cause);
  if (code === 'ENOTFOUND') return failure('dns-unknown', `the host ${host} is not known (ENOTFOUND)`);
  if (code === 'EAI_AGAIN')
    return failure('dns-temporary', `the name ${host} could not be resolved just now (EAI_AGAIN)`);
  if (code === 'ECONNREFUSED') return failure('refused', `${host} refused the connection`);
  if (UNREACHABLE.has(code)) return failure('unreachable', `${host} cannot be reached (${code})`);
  if (HANDSHAKE.test(code)) return failure('tls', `no trusted connection to ${host}: ${handshakeText(text)} (${code})`);
  if (connecting && RESETS.has(code))
    return failure('reset', `${host} closed the connection while it was set up (${code})`);
  if (TIMEOUTS.has(code)) return failure(connecting ? 'connect-timeout' : 'reset', `no answer from ${host} (${code})`);
  if (RESETS.has(code)) return failure('reset', `the connection to ${host} was closed before the answer (${code})`);
  return failure('invalid', `the request to ${host} failed: ${text}${code === '' ? '' : ` (${code})`}`);
}

/** OpenSSL puts numbers, its source file and a line break around the words: `…:SSL routines:<function>:<words>:../deps/…`. */
function handshakeText(text: string): string {
  return /:SSL routines:[^:]*:([^:]+):/.exec(text)?.[1] ?? text.trim();
}

function proxyFailure(status: string | undefined, cause: unknown): TransportFailure {
  if (status === undefined || status === '407') {
    return new TransportFailure('proxy-auth', 'the proxy asks for a user and password, or does not accept them (407)', {
      sent: false,
      cause,
    });
  }
  return new TransportFailure('proxy-broken', `the proxy answered ${status} instead of a connection`, {
    sent: false,
    cause,
  });
}

/** No tunnel could be asked for: the server has no part in it. */
function atProxy({ cause, code = '', timedOut }: ConnectFailure, proxy: string, host: string): TransportFailure {
  const failure = (kind: FailureKind, message: string) => new TransportFailure(kind, message, { sent: false, cause });
  const text = handshakeText(cause instanceof Error ? cause.message : String(cause));
  if (timedOut) return failure('proxy-timeout', `no connection to ${host} through the proxy ${proxy} in time`);
  if (code === 'ENOTFOUND') return failure('proxy-wrong', `the proxy ${proxy} is not known (ENOTFOUND)`);
  if (isNoTls(code)) return failure('proxy-wrong', `the proxy ${proxy} does not speak TLS as it should (${code})`);
  if (HANDSHAKE.test(code)) return failure('tls', `no trusted connection to the proxy ${proxy}: ${text} (${code})`);
  if (code === 'ECONNREFUSED') return failure('proxy-unreached', `the proxy ${proxy} refused the connection`);
  return failure('proxy-unreached', `the proxy ${proxy} cannot be reached (${code || text})`);
}

/** Both ends have no version in common, or one of them speaks no TLS at all: no authority helps. */
export function isNoTls(code: string): boolean {
  return /^(ERR_SSL_\w*(VERSION|PROTOCOL)\w*|EPROTO)$/.test(code);
}
