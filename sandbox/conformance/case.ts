import { isObject, type JsonObject } from '../json.js';

/** One case of a file. */
export interface Case {
  readonly id: string;
  /** `METHOD /path/{with}/{names}/`, `any rate-limited endpoint`, or `job assemble_artifacts`. */
  readonly endpoint: string;
  /** Free text: what is there before the request. */
  readonly given: string;
  readonly request: JsonObject;
  /** undefined: not asserted. */
  readonly expectStatus: number | undefined;
  /** undefined: not asserted. */
  readonly expectBody: JsonObject | undefined;
}

/** A case cannot be expressed with the sandbox; the text says what of it. It counts as skipped, never as passed. */
export class Inexpressible extends Error {}

/** Reads the cases out of a file's JSON. Throws on anything that is no list of cases. */
export function readCases(json: unknown): Case[] {
  if (!Array.isArray(json)) throw new Error('the file holds no list of cases');
  return json.map((entry: unknown, index) => {
    if (!isObject(entry) || typeof entry['id'] !== 'string' || typeof entry['endpoint'] !== 'string') {
      throw new Error(`entry ${index} of the file is no case`);
    }
    const { expectStatus, expectBody, request, given } = entry;
    return {
      id: entry['id'],
      endpoint: entry['endpoint'],
      given: typeof given === 'string' ? given : '',
      request: isObject(request) ? request : {},
      expectStatus: typeof expectStatus === 'number' ? expectStatus : undefined,
      expectBody: isObject(expectBody) ? expectBody : undefined,
    };
  });
}
