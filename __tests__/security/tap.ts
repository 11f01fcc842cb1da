import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A wire with an ear on it: passes bytes on to a port of this machine, and keeps what the client said. */
export interface Tap {
  readonly port: number;
  /** All that clients sent, as latin1. */
  heard(): string;
  close(): Promise<void>;
}

export async function tap(target: number): Promise<Tap> {
  const heard: Buffer[] = [];
  const sockets = new Set<Socket>();
  const keep = (socket: Socket, other: Socket) => {
    sockets.add(socket);
    socket.on('error', () => other.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    keep(client, upstream);
    keep(upstream, client);
    client.on('data', (piece) => heard.push(piece as Buffer));
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    heard: () => Buffer.concat(heard).toString('latin1'),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
