import { isDeepStrictEqual } from 'node:util';
import { isObject, type JsonObject } from '../json.js';
import { Inexpressible } from './case.js';
import type { Received } from './request.js';
import { T_SECONDS } from './world.js';

/** What expectations are held against. */
export interface Evidence {
  readonly received: Received;
  readonly url: string;
  /** What the rate limiter counted the request as. */
  readonly category: string | undefined;
}

/** Text of what is wrong, or undefined. */
type Check = (wanted: unknown, evidence: Evidence) => string | undefined;

const show = (value: unknown) => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
};

function json({ received }: Evidence): unknown {
  try {
    return JSON.parse(received.text) as unknown;
  } catch {
    return undefined;
  }
}

function compare(actual: unknown, isRight: boolean, wanted: unknown): string | undefined {
  return isRight ? undefined : `body is ${show(actual)}, wanted ${show(wanted)}`;
}

function itemCheck(operator: string, index: number): Check {
  return (wanted, evidence) => {
    const list = json(evidence);
    const item: unknown = Array.isArray(list) ? list[index] : undefined;
    return compare(item, operator === 'equals' ? isDeepStrictEqual(item, wanted) : isSubset(item, wanted), wanted);
  };
}

const CHECKS: Readonly<Record<string, Check>> = {
  $equals: (wanted, evidence) => compare(json(evidence), isDeepStrictEqual(json(evidence), wanted), wanted),
  $subset: (wanted, evidence) => compare(json(evidence), isSubset(json(evidence), wanted), wanted),
  $includes: (wanted, { received }) => compare(received.text, received.text.includes(String(wanted)), wanted),
  $matches: (wanted, { received }) => compare(received.text, new RegExp(String(wanted)).test(received.text), wanted),
  $empty: (wanted, { received }) =>
    compare(received.text, (received.text === '') === (wanted !== false), 'an empty body'),
  $length: (wanted, evidence) => {
    const list = json(evidence);
    return compare(list, Array.isArray(list) && list.length === wanted, `${show(wanted)} items`);
  },
  $absent: (wanted, evidence) => keyCheck(wanted, evidence, false),
  $present: (wanted, evidence) => keyCheck(wanted, evidence, true),
  $keys: (wanted, evidence) => {
    const body = json(evidence);
    const keys = isObject(body) ? Object.keys(body).sort() : [];
    return compare(keys, isDeepStrictEqual(keys, [...asList(wanted)].sort()), wanted);
  },
  $pluck: (wanted, evidence) => {
    const list = json(evidence);
    for (const [key, values] of Object.entries(isObject(wanted) ? wanted : {})) {
      const found = Array.isArray(list) ? list.map((item: unknown) => (isObject(item) ? item[key] : undefined)) : list;
      if (!isDeepStrictEqual(found, values)) return compare(found, false, values);
    }
    return undefined;
  },
  $headers: (wanted, evidence) => headersCheck(isObject(wanted) ? wanted : {}, evidence),
  $noHeaders: (wanted, { received }) => {
    const there = asList(wanted).filter((name) => received.headers.has(String(name)));
    return there.length === 0 ? undefined : `there are the headers ${there.join(', ')}`;
  },
  $category: (wanted, { category }) =>
    category === wanted ? undefined : `counted as ${String(category)}, wanted ${String(wanted)}`,
};

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function keyCheck(wanted: unknown, evidence: Evidence, present: boolean): string | undefined {
  const body = json(evidence);
  if (!isObject(body)) return `body is ${show(body)}, wanted an object`;
  const wrong = asList(wanted).filter((key) => Object.hasOwn(body, String(key)) !== present);
  return wrong.length === 0 ? undefined : `${wrong.join(', ')} ${present ? 'missing' : 'there'} in the body`;
}

function headersCheck(wanted: JsonObject, { received }: Evidence): string | undefined {
  for (const [name, value] of Object.entries(wanted)) {
    const actual = received.headers.get(name);
    const expected = value === null ? null : timeOf(String(value));
    const isRight = value === true ? actual !== null : actual === expected;
    if (!isRight) return `header ${name} is ${String(actual)}, wanted ${String(expected)}`;
  }
  return undefined;
}

/** `T+100` is a time in seconds. */
function timeOf(text: string): string {
  const match = /^T(?:\s*\+\s*(\d+))?$/.exec(text);
  return match === null ? text : String(T_SECONDS + Number(match[1] ?? 0));
}

/** Every key of an object must be there with a subset of its value; lists must have equal length. */
function isSubset(actual: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    const list = Array.isArray(actual) ? actual : undefined;
    return list?.length === wanted.length && wanted.every((item, index) => isSubset(list[index], item));
  }
  if (!isObject(wanted)) return isDeepStrictEqual(actual, wanted);
  return isObject(actual) && Object.entries(wanted).every(([key, value]) => isSubset(actual[key], value));
}

/** All failures of an expectation. An operator nobody knows makes the case inexpressible. */
export function checkBody(expected: JsonObject, evidence: Evidence): string[] {
  const operators = Object.entries(expected);
  for (const [name] of operators) checkFor(name);
  return operators.flatMap(([name, wanted]) => checkFor(name)(placed(wanted, evidence.url), evidence) ?? []);
}

function checkFor(name: string): Check {
  const item = /^\$(subset|equals)Item(\d+)$/.exec(name);
  if (item !== null) return itemCheck(item[1] ?? '', Number(item[2]));
  const check = Object.hasOwn(CHECKS, name) ? CHECKS[name] : undefined;
  if (check === undefined) throw new Inexpressible(`the operator is not known: ${name}`);
  return check;
}

/** Puts the server's origin where a case writes `<region-origin>`. */
function placed(value: unknown, url: string): unknown {
  if (typeof value === 'string') return value.replaceAll(/<(?:[a-z-]+-)?origin>/g, url);
  if (Array.isArray(value)) return value.map((item) => placed(item, url));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, placed(item, url)]));
}
