import { plainError } from '../http/answer.js';
import { isObject, type JsonObject } from '../json.js';

/** The body of an assemble call, checked. */
export interface AssembleBody {
  readonly checksum: string;
  readonly chunks: readonly string[];
  readonly projects: readonly string[];
  readonly version: string | undefined;
  readonly dist: string | undefined;
}

const SHA1 = /^[0-9a-f]{40}$/;
const isSha1 = (value: unknown): value is string => typeof value === 'string' && SHA1.test(value);
const isText = (value: unknown): value is string => typeof value === 'string';

/** One key of the schema and what the server says when its value is wrong. */
interface Rule {
  readonly key: string;
  readonly required: boolean;
  readonly test: (value: unknown) => boolean;
  readonly message: string;
}

const CHECKSUM: Rule = {
  key: 'checksum',
  required: true,
  test: isSha1,
  message: 'The checksum field is required and must be a 40-character hexadecimal string.',
};
const CHUNKS: Rule = {
  key: 'chunks',
  required: true,
  test: (value) => Array.isArray(value) && value.every(isSha1),
  message: 'The chunks field is required and must be provided as an array of 40-character hexadecimal strings.',
};
const RULES: readonly Rule[] = [
  {
    key: 'version',
    required: false,
    test: (value) => isText(value) && /^[^/]+$/.test(value),
    message: 'The version field cannot be empty and cannot contain any "/" characters.',
  },
  { key: 'dist', required: false, test: isText, message: 'The dist field must be a string.' },
  {
    key: 'projects',
    required: true,
    test: (value) => Array.isArray(value) && value.every(isText),
    message: 'The projects field is required and must be provided as an array of strings.',
  },
  CHECKSUM,
  CHUNKS,
];

/** Order in which missing keys are reported. */
const REQUIRED = ['checksum', 'chunks', 'projects'];

/** Checks the body of the bundle endpoint, or throws the 400 with the text of the first failure. */
export function parseAssemble(bytes: Buffer): AssembleBody {
  const body = check(bytes, RULES);
  return {
    checksum: String(body['checksum']),
    chunks: body['chunks'] as string[],
    projects: body['projects'] as string[],
    version: body['version'] as string | undefined,
    dist: body['dist'] as string | undefined,
  };
}

/** The same for the release endpoint, which knows two keys and shows the schema's own texts. */
export function parseOldAssemble(bytes: Buffer): Pick<AssembleBody, 'checksum' | 'chunks'> {
  const raw = (rule: Rule) => ({ ...rule, message: 'The request body does not match the schema.' });
  const body = check(bytes, [raw(CHECKSUM), raw(CHUNKS)]);
  return { checksum: String(body['checksum']), chunks: body['chunks'] as string[] };
}

function check(bytes: Buffer, rules: readonly Rule[]): JsonObject {
  const body = parseJson(bytes);
  if (!isObject(body)) throw plainError(400, `${pythonRepr(body)} is not of type 'object'`);
  const known = new Set(rules.map((rule) => rule.key));
  const missing = REQUIRED.find((key) => known.has(key) && !Object.hasOwn(body, key));
  if (missing !== undefined) throw plainError(400, `'${missing}' is a required property`);
  const extra = Object.keys(body).filter((key) => !known.has(key));
  if (extra.length > 0) throw plainError(400, extraText(extra));
  const wrong = rules.find((rule) => Object.hasOwn(body, rule.key) && !rule.test(body[rule.key]));
  if (wrong !== undefined) throw plainError(400, wrong.message);
  return body;
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    throw plainError(400, 'Invalid json body');
  }
}

function extraText(keys: readonly string[]): string {
  const names = keys.map((key) => `'${key}'`).join(', ');
  return `Additional properties are not allowed (${names} ${keys.length === 1 ? 'was' : 'were'} unexpected)`;
}

function pythonRepr(value: unknown): string {
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'string') return `'${value}'`;
  return JSON.stringify(value);
}
