import { ActionError, type ErrorCode } from '../errors.js';
import type { Endpoint } from './endpoints.js';
import { codeOf, type FailureKind, isNoTls, type TransportFailure } from './failures.js';

const TLS_HINT =
  'If your server uses its own certificate authority, set NODE_EXTRA_CA_CERTS (or SSL_CERT_FILE) to its PEM file in the env of the step. Certificate checks are never switched off.';
const TLS_VERSION_HINT =
  'The server, or what is in front of it, speaks no TLS 1.2 or newer, or no TLS at all. Check that the input url names an HTTPS server and its port; old versions are never allowed.';
const NETWORK_HINT =
  'The network between the runner and Sentry has a problem. Run it again: it continues where it stopped.';
const PROXY_HINT =
  'Check the address in HTTPS_PROXY (HTTP_PROXY where the input url begins with http:), and that the proxy runs and can be reached where the job runs. If Sentry needs no proxy, name its host in NO_PROXY. Then run it again: it continues where it stopped.';

const EXPLANATIONS: Readonly<Partial<Record<FailureKind, { readonly code: ErrorCode; readonly hint: string }>>> = {
  tls: { code: 'tls', hint: TLS_HINT },
  'proxy-auth': {
    code: 'proxy',
    hint: 'Check user and password in HTTPS_PROXY, or NO_PROXY if Sentry needs no proxy.',
  },
  'proxy-broken': {
    code: 'proxy',
    hint: 'Check HTTPS_PROXY and NO_PROXY, and that the proxy allows CONNECT to your Sentry server.',
  },
  'proxy-unreached': { code: 'proxy', hint: PROXY_HINT },
  'proxy-wrong': { code: 'proxy', hint: PROXY_HINT },
  'proxy-timeout': { code: 'proxy', hint: PROXY_HINT },
  'dns-unknown': {
    code: 'network',
    hint: 'Check the input url: the name of the server does not exist where the job runs.',
  },
  refused: {
    code: 'network',
    hint: 'Check the input url and port, and that the server runs. Then run it again: it continues where it stopped.',
  },
  'too-large': {
    code: 'server-answer-invalid',
    hint: 'This is no answer of Sentry. Check the input url and what is in front of the server.',
  },
  encoding: {
    code: 'server-answer-invalid',
    hint: 'This is no answer of Sentry. Check the input url and what is in front of the server.',
  },
  truncated: { code: 'network', hint: NETWORK_HINT },
};

/** What a user reads about an attempt without answer; `suffix` tells why it is not tried again. */
export function transportError(
  failure: TransportFailure,
  method: string,
  endpoint: Endpoint,
  suffix = '',
): ActionError {
  const { code, hint } = isTlsVersion(failure)
    ? { code: 'tls' as const, hint: TLS_VERSION_HINT }
    : (EXPLANATIONS[failure.kind] ?? { code: 'network' as const, hint: NETWORK_HINT });
  return new ActionError(code, `${method} ${endpoint.family}: ${failure.message}${suffix}`, { cause: failure, hint });
}

function isTlsVersion({ cause, kind }: TransportFailure): boolean {
  return kind === 'tls' && isNoTls(codeOf(cause) ?? '');
}
