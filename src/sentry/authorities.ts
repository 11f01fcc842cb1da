import { readFileSync } from 'node:fs';
import { ActionError } from '../errors.js';

/**
 * The certificate authorities to trust: undefined for Node's own (which hold `NODE_EXTRA_CA_CERTS`), else those and the ones of
 * `SSL_CERT_FILE`. sentry-cli honours that variable, Node does not; it adds here and never replaces.
 */
export function trustedAuthorities(env: Readonly<Record<string, string | undefined>>): readonly string[] | undefined {
  const file = (env['SSL_CERT_FILE'] ?? '').trim();
  if (file === '') return undefined;
  return [...defaults(env), readAuthorities('SSL_CERT_FILE', file)];
}

/** Node before 22.15 cannot list what it trusts by default; there the extra file is read again. */
function defaults(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  // Loaded here only: a server on plain HTTP never needs it.
  const tls = process.getBuiltinModule('node:tls');
  if (typeof tls.getCACertificates === 'function') return tls.getCACertificates('default');
  const extra = (env['NODE_EXTRA_CA_CERTS'] ?? '').trim();
  return extra === '' ? tls.rootCertificates : [...tls.rootCertificates, readAuthorities('NODE_EXTRA_CA_CERTS', extra)];
}

function readAuthorities(variable: string, file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ActionError('tls', `The file that ${variable} names cannot be read: ${file}`, {
      cause,
      hint: `Point ${variable} to a readable PEM file with your certificate authority, or unset it.`,
    });
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new ActionError('tls', `The file that ${variable} names holds no PEM certificate: ${file}`, {
    hint: `Point ${variable} to a PEM file (it has lines with BEGIN CERTIFICATE), or unset it.`,
  });
}
