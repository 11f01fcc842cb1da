import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest, type Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions, type Server as TlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A CONNECT proxy on loopback that takes every name for 127.0.0.1, as a test's private DNS. */
export interface TestProxy {
  readonly port: number;
  /** `CONNECT` targets asked for, in order. */
  readonly targets: string[];
  /** `Proxy-Authorization` of each. */
  readonly credentials: (string | undefined)[];
  /** Other requests it got: there should be none. */
  readonly plain: string[];
  /** Cuts the next tunnels after so many bytes from the client. */
  dieAfter: number | undefined;
  close(): Promise<void>;
}

export async function testProxy(
  options: { readonly password?: string; readonly refuseWith?: number } = {},
): Promise<TestProxy> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((request, response) => {
    proxy.plain.push(`${request.method} ${request.url}`);
    response.writeHead(400).end();
  });
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  server.on('connection', keep);
  server.on('connect', (request, client: Socket) => {
    const authorization = request.headers['proxy-authorization'];
    proxy.targets.push(request.url ?? '');
    proxy.credentials.push(authorization);
    if (
      options.password !== undefined &&
      authorization !== `Basic ${Buffer.from(options.password).toString('base64')}`
    ) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    if (options.refuseWith !== undefined) {
      client.end(`HTTP/1.1 ${options.refuseWith} No\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const upstream = connect(Number((request.url ?? '').split(':').at(-1)), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      client.pipe(upstream).pipe(client);
    });
    keep(upstream);
    upstream.on('close', () => client.destroy());
    client.on('close', () => upstream.destroy());
    if (proxy.dieAfter !== undefined) dieAfter(client, proxy.dieAfter);
    proxy.dieAfter = undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: TestProxy = {
    port: (server.address() as AddressInfo).port,
    targets: [],
    credentials: [],
    plain: [],
    dieAfter: undefined,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
  return proxy;
}

function dieAfter(client: Socket, bytes: number): void {
  let seen = 0;
  client.on('data', (piece: Buffer) => {
    seen += piece.length;
    if (seen > bytes) client.resetAndDestroy();
  });
}

/** A server without TLS behind TLS, not listening yet. `options` hold its certificate. */
export function tlsFrontOf(target: string, options: ServerOptions): TlsServer {
  const front = createTlsServer(options, (request, response) => {
    const { headers, method, url } = request;
    const upstream = httpRequest(target, { method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    upstream.on('error', () => response.destroy());
    request.on('error', () => upstream.destroy());
    request.pipe(upstream);
  });
  front.on('tlsClientError', () => undefined);
  return front;
}

/** Certificates for a test, made by openssl: an authority, and server certificates it signed. */
export interface TestCertificates {
  readonly authorityFile: string;
  readonly good: { readonly key: string; readonly cert: string };
  readonly expired: { readonly key: string; readonly cert: string };
  readonly otherName: { readonly key: string; readonly cert: string };
  /** Signed by nobody but itself. */
  readonly selfSigned: { readonly key: string; readonly cert: string };
  remove(): void;
}

export function makeCertificates(name: string): TestCertificates {
  const folder = mkdtempSync(join(tmpdir(), 'certificates-'));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Test Authority', '-days', '30');
  const pair = (file: string) => ({
    key: readFileSync(join(folder, `${file}.key`), 'utf8'),
    cert: readFileSync(join(folder, `${file}.pem`), 'utf8'),
  });
  const own = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`, '-days', '30'];
  openssl('req', '-x509', ...key, '-keyout', 'self.key', '-out', 'self.pem', ...own);
  const sign = (file: string, host: string, ...dates: string[]) => {
    writeFileSync(join(folder, `${file}.ext`), `subjectAltName=DNS:${host}\n`);
    openssl('req', '-new', ...key, '-keyout', `${file}.key`, '-out', `${file}.csr`, '-subj', `/CN=${host}`);
    const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', `${file}.ext`, ...dates];
    openssl('x509', '-req', '-in', `${file}.csr`, '-out', `${file}.pem`, ...signing);
    return pair(file);
  };
  return {
    authorityFile: join(folder, 'ca.pem'),
    good: sign('good', name, '-days', '30'),
    // A certificate that ends with the day it began is over by the time it is shown.
    expired: sign('expired', name, '-days', '-1'),
    otherName: sign('other', 'other.test', '-days', '30'),
    selfSigned: pair('self'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
