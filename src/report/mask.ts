import { decodePercent } from '../percent.js';

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
 * could turn up is registered: with and without what stands around it, the secret part of an organization token, base64 (also
 * behind other bytes), hexadecimal, percent-encoded, and what a proxy's password becomes in a header.
 *
 * @param setSecret registers one text with the runner
 * @returns what was registered, longest first
 */
export function maskSecrets(env: NodeJS.ProcessEnv, setSecret: (secret: string) => void): readonly string[] {
  const forms = secretForms(env);
  for (const form of forms) setSecret(form);
  return forms;
}

/** The texts to mask, longest first, without repeats. */
export function secretForms(env: NodeJS.ProcessEnv): string[] {
  const forms = new Set<string>();
  const add = (text: string | undefined) => {
    for (const line of (text ?? '').split(/[\r\n]+/)) {
      if (line.trim().length >= SHORTEST) forms.add(line.trim());
    }
  };
  for (const name of SECRETS) {
    const value = env[name]?.trim() ?? '';
    // Secrets are pasted with marks that no one sees, which are no part of what is sent.
    const core = /[!-~](?:.*[!-~])?/s.exec(value)?.[0] ?? '';
    for (const text of new Set([value, core])) for (const form of formsOfToken(text)) add(form);
  }
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
  const decoded = decodePercent(password);
  const basic = Buffer.from(`${decodePercent(user)}:${decoded}`).toString('base64');
  return [...encodings(password), ...encodings(decoded), basic];
}

function encodings(text: string): string[] {
  const bytes = Buffer.from(text);
  const percent = encodeURIComponent(text);
  return [
    text,
    JSON.stringify(text).slice(1, -1),
    percent,
    percent.replace(/%../g, (code) => code.toLowerCase()),
    // As digits a word of three letters is six characters, which a size or a commit may well have.
    ...(bytes.length < SHORTEST ? [] : [bytes.toString('hex')]),
    bytes.toString('base64'),
    ...[0, 1, 2].flatMap((skipped) => wholeGroups(bytes.subarray(skipped))),
  ];
}

/** What is the same in base64 whatever stands before and behind: a group of three bytes that is not whole depends on its neighbours. */
function wholeGroups(bytes: Buffer): string[] {
  const whole = bytes.subarray(0, bytes.length - (bytes.length % 3));
  return [whole.toString('base64'), whole.toString('base64url')];
}
