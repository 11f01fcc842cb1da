/** Shorter texts are not masked: the runner would blot out every place where they happen to stand, and they protect nothing. */
const SHORTEST = 6;

/** Variables that may hold a secret as a whole. */
const SECRETS = ['INPUT_AUTH_TOKEN', 'SENTRY_AUTH_TOKEN', 'INPUT_GITHUB_TOKEN'] as const;

/** Variables that may hold an address with a password in it. */
const ADDRESSES = [
  'HTTPS_PROXY',
  'https_proxy',
  'HTTP_PROXY',
  'http_proxy',
  'ALL_PROXY',
  'all_proxy',
  'INPUT_URL',
  'SENTRY_URL',
  'INPUT_VERIFY_URL',
  'INPUT_DEPLOY_URL',
] as const;

/**
 * Tells the runner what to mask, before anything is printed. It masks only the exact text, so every form in which a secret
 * could turn up is registered: with and without the whitespace around it, the secret part of an organization token, base64,
 * percent-encoded, and what a proxy's password becomes in a header.
 *
 * @param setSecret registers one text with the runner
 */
export function maskSecrets(env: NodeJS.ProcessEnv, setSecret: (secret: string) => void): void {
  for (const secret of secretForms(env)) setSecret(secret);
}

/** The texts to mask, longest first, without repeats. */
export function secretForms(env: NodeJS.ProcessEnv): string[] {
  const forms = new Set<string>();
  const add = (text: string | undefined) => {
    for (const line of (text ?? '').split(/[\r\n]+/)) {
      if (line.trim().length >= SHORTEST) forms.add(line.trim());
    }
  };
  for (const name of SECRETS) for (const form of formsOfToken(env[name]?.trim() ?? '')) add(form);
  for (const name of ADDRESSES) for (const form of formsOfPassword(env[name] ?? '')) add(form);
  return [...forms].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
}

function formsOfToken(token: string): string[] {
  const secret = /^sntrys_[^_]+_(.+)$/s.exec(token)?.[1];
  return [token, secret ?? ''].flatMap((text) => (text === '' ? [] : encodings(text)));
}

/** The texts in which a password travels or could be shown. */
function formsOfPassword(address: string): string[] {
  const match = /^(?:[a-z]+:\/\/)?([^/@\s]*):([^/\s]*)@/i.exec(address.trim());
  if (!match) return [];
  const [, user = '', password = ''] = match;
  const decoded = decode(password);
  const basic = Buffer.from(`${decode(user)}:${decoded}`).toString('base64');
  return [...encodings(password), ...encodings(decoded), basic];
}

function encodings(text: string): string[] {
  return [text, encodeURIComponent(text), Buffer.from(text).toString('base64'), JSON.stringify(text).slice(1, -1)];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
