import { BlockList, isIP } from 'node:net';
import { ActionError } from '../errors.js';
import { parseUrl } from '../parse-url.js';

/** The environment as far as proxies are concerned. */
export type ProxyEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for `target`, or undefined. The rules of GitHub's own toolkit: `https_proxy`/`http_proxy` by the target's scheme and
 * in both cases, lower case first; a value without scheme means http; loopback never goes through a proxy. `NO_PROXY` takes
 * hosts, suffixes with and without a dot or `*.`, `host:port`, `*`, and address blocks such as `10.0.0.0/8`.
 */
export function proxyFor(target: URL, env: ProxyEnvironment): URL | undefined {
  if (isLoopback(target.hostname) || bypasses(target, env['no_proxy'] || env['NO_PROXY'] || '')) return undefined;
  const names = target.protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY'] : ['http_proxy', 'HTTP_PROXY'];
  const name = names.find((candidate) => (env[candidate] ?? '').trim() !== '');
  return name === undefined ? undefined : parseProxy(name, (env[name] ?? '').trim());
}

function parseProxy(name: string, value: string): URL {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  const url = parseUrl(text);
  if (url !== undefined && (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '') return url;
  // The value may hold a password: it is not repeated.
  throw new ActionError('proxy', `The environment variable ${name} is not an http or https proxy URL`, {
    hint: `Set ${name} to http://host:port (with user:password@ before the host if the proxy asks for it), or unset it.`,
  });
}

/** True for names and addresses of the machine itself. */
export function isLoopback(hostname: string): boolean {
  const host = hostname.toLowerCase();
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function bypasses(target: URL, list: string): boolean {
  const host = target.hostname.toLowerCase();
  const port = target.port || (target.protocol === 'https:' ? '443' : '80');
  return list
    .split(/[\s,]+/)
    .filter((item) => item !== '')
    .some((item) => matches(item.toLowerCase(), host, port));
}

function matches(item: string, host: string, port: string): boolean {
  if (item === '*') return true;
  if (item.includes('/')) return inBlock(item, host);
  const suffix = item.replace(/^\*?\./, '');
  return [host, `${host}:${port}`].some((name) => name === suffix || name.endsWith(`.${suffix}`));
}

function inBlock(block: string, host: string): boolean {
  const [address = '', bits = ''] = block.split('/');
  const plainHost = host.replace(/^\[|\]$/g, '');
  const family = isIP(address);
  if (family === 0 || family !== isIP(plainHost) || !/^\d{1,3}$/.test(bits)) return false;
  if (Number(bits) > (family === 4 ? 32 : 128)) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(address, Number(bits), type);
  return list.check(plainHost, type);
}
