import { batches } from './json.js';

/**
 * The last guard of a secret: takes every form of it out of a text that leaves the run. The runner masks the log only; the
 * summary, the outputs and the report are files that nobody masks.
 *
 * @param forms texts to take out, longest first (mask.ts)
 */
export function createRedactor(forms: readonly string[]): (text: string) => string {
  return (text) => forms.reduce((rest, form) => (rest.includes(form) ? rest.replaceAll(form, '***') : rest), text);
}

/**
 * Plain data in which every text, keys too, went through `redact`: a copy, or the data itself when there is nothing to take out. That
 * is looked for in its JSON, many texts in one go: a report of a big build has a hundred thousand. (Secrets have their form in JSON
 * among their forms.)
 */
export function redactData<T>(data: T, redact: (text: string) => string): T {
  return isClean(data, redact) ? data : (copy(data, redact) as T);
}

function isClean(value: unknown, redact: (text: string) => string): boolean {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.entries(value).every(([key, item]) => redact(key) === key && isClean(item, redact));
  }
  const parts = Array.isArray(value) ? batches(value) : [value];
  for (const part of parts) {
    const json = JSON.stringify(part) ?? '';
    if (redact(json) !== json) return false;
  }
  return true;
}

function copy(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((item) => copy(item, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [redact(key), copy(item, redact)]));
}
