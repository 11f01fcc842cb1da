import { secretForms } from './masks.js';

/** A place where something was written, and what. */
export interface WrittenText {
  readonly place: string;
  readonly text: string;
}

/** Secrets shorter than this match by chance (`test`, `x`), so they are not looked for. */
const MIN_SECRET_LENGTH = 8;

/** A secret without whitespace and invisible marks around it: what can be sent of it. */
export function sentForm(value = ''): string {
  return value.replace(/^[^!-~]+|[^!-~]+$/g, '');
}

/**
 * Everything of a token that must be found nowhere: the token, its secret part (what follows the last `_`, or the key of a
 * URL with a user name), and the encoded forms of both.
 */
export function tokenForms(token: string): string[] {
  const whole = sentForm(token);
  const secret = whole.slice(whole.lastIndexOf('_') + 1);
  const parts = [...new Set([whole, secret])].filter((part) => part.length >= MIN_SECRET_LENGTH);
  const lowerCase = (part: string) => encodeURIComponent(part).replace(/%../g, (code) => code.toLowerCase());
  return parts.flatMap((part) => [...secretForms(part), lowerCase(part), Buffer.from(part).toString('hex')]);
}

/** Where a form of the token can be read, as `place: …the text around it with the token replaced…`. Empty is good. */
export function findLeaks(texts: readonly WrittenText[], token: string): string[] {
  const forms = tokenForms(token);
  return texts.flatMap(({ place, text }) =>
    forms.flatMap((form) => {
      const at = text.indexOf(form);
      if (at < 0) return [];
      const before = text.slice(Math.max(0, at - 40), at);
      return [`${place}: ${JSON.stringify(`${before}‹token›`)}`];
    }),
  );
}
