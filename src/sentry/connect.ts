import type { request as httpRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { buildConnector } from 'undici';
import { decodePercent } from '../percent.js';
import { ConnectFailure } from './failures.js';

/** What makes a connection; undici's own function type. */
export type Connector = buildConnector.connector;

/** A connection on its way, or one that stands: it can be ended. */
export interface Connection {
  destroy(): void;
}

/** Begins a connection; undici's type, and a handle to end it by. */
export type Dial = (target: buildConnector.Options, callback: buildConnector.Callback) => Connection | undefined;

/** How connections are made. */
export interface ConnectOptions {
  /** Milliseconds for name, TCP, proxy and TLS together. */
  readonly connectMs: number;
  readonly proxy: URL | undefined;
  readonly authorities: readonly string[] | undefined;
  /**
   * Connections on their way and open ones; whoever closes the transport ends them, or they keep the process alive. Open ones, too:
   * undici, destroyed between the connection and the parser that it loads for it, forgets the connection.
   */
  readonly alive: Set<Connection>;
  /** Passed to Node's connect functions; for tests. */
  readonly lookup?: unknown;
}

/**
 * A connector for undici with one clock over the whole way (undici's own leaves the proxy's answer and the handshake behind it
 * unbounded), and whose failures are marked: nothing of the request was sent, so any request may be repeated.
 */
export function createConnector(options: ConnectOptions): Connector {
  const { alive, authorities, connectMs, lookup, proxy } = options;
  const connect = buildConnector({
    timeout: connectMs * 2,
    ...(authorities === undefined ? {} : { ca: [...authorities] }),
    ...(lookup === undefined ? {} : { lookup: lookup as never }),
  });
  // Its type says nothing of it, but undici's connector returns the socket it opens.
  const direct = connect as unknown as Dial;
  return bounded(proxy === undefined ? direct : throughProxy(proxy, direct, options), connectMs, alive, proxy);
}

/** Ends what takes longer than `connectMs`, and marks every failure as one before the connection stood. */
export function bounded(
  dial: Dial,
  connectMs: number,
  alive: Set<Connection> = new Set(),
  proxy?: URL | undefined,
): Connector {
  return (target, callback) => {
    let done = false;
    const finish = (error: Error | null, socket: Socket | null, timedOut = false) => {
      if (done) {
        socket?.destroy();
        return;
      }
      done = true;
      clearTimeout(timer);
      if (error !== null || socket === null) {
        alive.delete(attempt);
        const known = error instanceof ConnectFailure;
        callback(
          known ? error : new ConnectFailure(error, { timedOut, proxy: timedOut ? proxy?.host : undefined }),
          null,
        );
      } else {
        socket.once('close', () => alive.delete(attempt));
        callback(null, socket as Parameters<buildConnector.Callback> extends [null, infer S] ? S : never);
      }
    };
    let connection: Connection | undefined;
    const giveUp = (message: string, timedOut: boolean) => {
      finish(new Error(message), null, timedOut);
      connection?.destroy();
    };
    const attempt: Connection = { destroy: () => giveUp('the run ended', false) };
    const timer = setTimeout(() => giveUp(`not connected within ${connectMs} ms`, true), connectMs);
    alive.add(attempt);
    connection = dial(target, (error, socket) => finish(error, socket));
  };
}

/** Asks the proxy for a tunnel, then speaks to the target in it: the proxy sees the target's name, never a header or body. */
function throughProxy(proxy: URL, direct: Dial, options: ConnectOptions): Dial {
  return (target, callback) => {
    let current: Connection | undefined;
    const opened = (tunnel: Socket) => {
      current = tunnel;
      if (target.protocol === 'https:') current = direct({ ...target, httpSocket: tunnel }, callback);
      else callback(null, tunnel);
    };
    current = openTunnel(proxy, target, options, opened, (error) => callback(error, null));
    return { destroy: () => current?.destroy() };
  };
}

function openTunnel(
  proxy: URL,
  target: buildConnector.Options,
  options: ConnectOptions,
  opened: (tunnel: Socket) => void,
  failed: (error: Error) => void,
): Connection {
  const authority = authorityOf(target);
  const request = requesterOf(proxy)({
    method: 'CONNECT',
    host: proxy.hostname.replace(/^\[|\]$/g, ''),
    port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
    path: authority,
    headers: { host: authority, ...proxyAuthorization(proxy) },
    agent: false,
    ...(options.authorities === undefined ? {} : { ca: [...options.authorities] }),
    ...(options.lookup === undefined ? {} : { lookup: options.lookup as never }),
  });
  request.on('connect', (answer: IncomingMessage, socket: Socket) => {
    if (answer.statusCode === 200) return opened(socket);
    socket.destroy();
    failed(new Error(`Proxy response (${answer.statusCode})`));
  });
  // A proxy may answer a refused CONNECT like any request.
  request.on('response', (answer) => {
    answer.destroy();
    failed(new Error(`Proxy response (${answer.statusCode})`));
  });
  request.on('error', (error) => failed(new ConnectFailure(error, { proxy: proxy.host })));
  request.end();
  return request;
}

/** Node's own clients are loaded for a proxy only. */
function requesterOf(proxy: URL): typeof httpRequest {
  return process.getBuiltinModule(proxy.protocol === 'https:' ? 'node:https' : 'node:http').request;
}

/** `host:port`, an IPv6 address in brackets. */
function authorityOf({ hostname, port, protocol }: buildConnector.Options): string {
  const host = hostname.replace(/^\[|\]$/g, '');
  return `${host.includes(':') ? `[${host}]` : host}:${port || (protocol === 'https:' ? '443' : '80')}`;
}

function proxyAuthorization(proxy: URL): Record<string, string> {
  if (proxy.username === '' && proxy.password === '') return {};
  const credentials = `${decodePercent(proxy.username)}:${decodePercent(proxy.password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` };
}
