import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { buildConnector } from 'undici';
import { ConnectFailure } from './failures.js';

/** What makes a connection; undici's own function type. */
export type Connector = buildConnector.connector;

/** How connections are made. */
export interface ConnectOptions {
  /** Milliseconds for name, TCP, proxy and TLS together. */
  readonly connectMs: number;
  readonly proxy: URL | undefined;
  readonly authorities: readonly string[] | undefined;
  /** Passed to Node's connect functions; for tests. */
  readonly lookup?: unknown;
}

/**
 * A connector for undici with one clock over the whole way (undici's own leaves the proxy's answer and the handshake behind it
 * unbounded), and whose failures are marked: nothing of the request was sent, so any request may be repeated.
 */
export function createConnector(options: ConnectOptions): Connector {
  const { authorities, connectMs, lookup, proxy } = options;
  const direct = buildConnector({
    timeout: connectMs * 2,
    ...(authorities === undefined ? {} : { ca: [...authorities] }),
    ...(lookup === undefined ? {} : { lookup: lookup as never }),
  });
  return bounded(proxy === undefined ? direct : throughProxy(proxy, direct, options), connectMs);
}

/** Ends what takes longer than `connectMs`, and marks every failure as one before the connection stood. */
export function bounded(connect: Connector, connectMs: number): Connector {
  return (target, callback) => {
    let done = false;
    const finish = (error: Error | null, socket: Socket | null, timedOut = false) => {
      if (done) {
        socket?.destroy();
        return;
      }
      done = true;
      clearTimeout(timer);
      if (error !== null || socket === null) callback(new ConnectFailure(error, timedOut), null);
      else callback(null, socket as Parameters<buildConnector.Callback> extends [null, infer S] ? S : never);
    };
    const timer = setTimeout(() => finish(new Error(`not connected within ${connectMs} ms`), null, true), connectMs);
    connect(target, (error, socket) => finish(error, socket));
  };
}

/** Asks the proxy for a tunnel, then speaks to the target in it: the proxy sees the target's name, never a header or body. */
function throughProxy(proxy: URL, direct: Connector, options: ConnectOptions): Connector {
  return (target, callback) => {
    openTunnel(proxy, target, options).then(
      (tunnel) => {
        if (target.protocol === 'https:') direct({ ...target, httpSocket: tunnel }, callback);
        else callback(null, tunnel);
      },
      (error) => callback(error, null),
    );
  };
}

function openTunnel(proxy: URL, target: buildConnector.Options, options: ConnectOptions): Promise<Socket> {
  const port = target.port || (target.protocol === 'https:' ? '443' : '80');
  const authority = `${target.hostname.includes(':') ? `[${target.hostname.replace(/^\[|\]$/g, '')}]` : target.hostname}:${port}`;
  const start = proxy.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = start({
      method: 'CONNECT',
      host: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
      path: authority,
      headers: { host: authority, ...proxyAuthorization(proxy) },
      agent: false,
      timeout: options.connectMs,
      ...(options.authorities === undefined ? {} : { ca: [...options.authorities] }),
      ...(options.lookup === undefined ? {} : { lookup: options.lookup as never }),
    });
    request.on('connect', (answer: IncomingMessage, socket: Socket) => {
      if (answer.statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(new Error(`Proxy response (${answer.statusCode})`));
    });
    // A proxy may answer a refused CONNECT like any request.
    request.on('response', (answer) => {
      answer.destroy();
      reject(new Error(`Proxy response (${answer.statusCode})`));
    });
    request.on('timeout', () => request.destroy(new Error('the proxy did not answer in time')));
    request.on('error', reject);
    request.end();
  });
}

function proxyAuthorization(proxy: URL): Record<string, string> {
  if (proxy.username === '' && proxy.password === '') return {};
  const credentials = `${decode(proxy.username)}:${decode(proxy.password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone % is meant as it is
  }
}
