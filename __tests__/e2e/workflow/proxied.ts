/** A server that only a proxy reaches, under a name of its own and with a certificate of its own authority. */
import type { AddressInfo } from 'node:net';
import { makeCertificates, type TestProxy, testProxy, tlsFrontOf } from '../../security/proxy-support.js';

export interface Proxied {
  readonly url: string;
  readonly proxy: TestProxy;
  /** PEM file of the authority. */
  readonly authorityFile: string;
  close(): Promise<void>;
}

/** @param address what the workflow calls the server: nobody but the proxy resolves its name. The port is another one. */
export async function putBehindProxy(target: string, address: string): Promise<Proxied> {
  const url = new URL(address);
  const certificates = makeCertificates(url.hostname);
  const front = tlsFrontOf(target, certificates.good);
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  url.port = String((front.address() as AddressInfo).port);
  const proxy = await testProxy();
  return {
    ...{ url: url.origin, proxy, authorityFile: certificates.authorityFile },
    async close() {
      await proxy.close();
      front.closeAllConnections();
      await new Promise((resolve) => front.close(resolve));
      certificates.remove();
    },
  };
}
