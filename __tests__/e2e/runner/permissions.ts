import { sentForm } from './leaks.js';
import type { Permission } from './wire.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Who may be told which secret, and in which header: the token is for the Sentry that it is bound to, the GitHub token for
 * GitHub's API, the password of a proxy for the proxy. Written anew from the documentation: nothing here is of the action.
 */
export function permissionsOf(env: Environment): Permission[] {
  const token = tokenOf(env);
  const github = env['INPUT_GITHUB_TOKEN'] ?? '';
  const githubApi = addressOf(env['GITHUB_API_URL']);
  const proxies = Object.entries(env).flatMap(([name, value]) =>
    /^(https?|all)_proxy$/i.test(name) ? [addressOf(value)] : [],
  );
  return [
    { to: (address) => isSentry(address, token, env), header: headerOf(token, 'Bearer') },
    { to: (address) => address === githubApi, header: headerOf(github, '(?:token|Bearer)') },
    { to: (address) => proxies.includes(address), header: /^proxy-authorization: /i },
  ];
}

function tokenOf(env: Environment): string {
  return [env['INPUT_AUTH_TOKEN'], env['SENTRY_AUTH_TOKEN']].map(sentForm).find(Boolean) ?? '';
}

function headerOf(token: string, scheme: string): RegExp {
  return new RegExp(`^authorization: ${scheme} ${token.replace(/[^\w]/g, '\\$&')}$`, 'i');
}

/** The server of the token or of the workflow, the region that the token names, and with sentry.io all its hosts. */
function isSentry(address: string, token: string, env: Environment): boolean {
  const { url, region_url: region } = payloadOf(token);
  const base = [url, env['INPUT_URL'], env['SENTRY_URL']].find((text) => (text ?? '').trim() !== '');
  const known = [addressOf(base ?? 'https://sentry.io'), addressOf(region)];
  return known.includes(address) || (known.some(isSaas) && isSaas(address));
}

const isSaas = (address: string | undefined) => /^(?:[\w.-]+\.)?sentry\.io:443$/.test(address ?? '');

interface Payload {
  readonly url?: string;
  readonly region_url?: string;
}

/** What an organization token says about itself: `sntrys_` base64 of JSON `_` secret. */
function payloadOf(token: string): Payload {
  try {
    return JSON.parse(Buffer.from(/^sntrys_([^_]+)_/.exec(token)?.[1] ?? '', 'base64').toString()) as Payload;
  } catch {
    return {};
  }
}

/** `host:port`, as connections are noted. */
function addressOf(text: string | undefined): string | undefined {
  const url = text?.trim() ?? '';
  const whole = /^\w+:\/\//.test(url) ? url : `http://${url}`;
  if (!URL.canParse(whole)) return undefined;
  const { hostname, port, protocol } = new URL(whole);
  return `${hostname.replace(/^\[|\]$/g, '')}:${port || (protocol === 'https:' ? '443' : '80')}`;
}
