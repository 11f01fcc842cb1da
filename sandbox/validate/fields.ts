import { parseDate } from '../dates.js';
import { isObject, type JsonObject, pythonType } from '../json.js';

/** Errors of one value: a list of texts for a field, an object for nested fields. */
export type FieldErrors = readonly string[] | { readonly [field: string]: FieldErrors };

/** Thrown by a field; caught by the object around it. */
export class Invalid extends Error {
  readonly errors: FieldErrors;

  constructor(errors: FieldErrors) {
    super('invalid');
    this.errors = errors;
  }
}

/** One field of a request, as the framework behind Sentry's serializers checks it. */
export interface Field<Value> {
  readonly required: boolean;
  readonly nullable: boolean;
  /** Throws {@link Invalid}. Never sees undefined, nor null. */
  parse(raw: unknown): Value;
}

interface Presence {
  /** Default true. */
  readonly required?: boolean;
  /** Default false. */
  readonly nullable?: boolean;
}

interface TextRules extends Presence {
  readonly max?: number;
  /** Default false. */
  readonly blank?: boolean;
  /** Default true. */
  readonly trim?: boolean;
  /** Runs last; returns the text of an error. */
  readonly check?: (text: string) => string | undefined;
}

const invalid = (text: string) => new Invalid([text]);

function field<Value>(presence: Presence, parse: (raw: unknown) => Value): Field<Value> {
  return { required: presence.required ?? true, nullable: presence.nullable ?? false, parse };
}

/** Text; JSON numbers are converted, booleans and structures are not. */
export function text(rules: TextRules = {}): Field<string> {
  return field(rules, (raw) => {
    if (typeof raw !== 'string' && typeof raw !== 'number') throw invalid('Not a valid string.');
    const whole = String(raw);
    const value = rules.trim === false ? whole : whole.trim();
    if (value === '' && rules.blank === true) return value;
    if (value === '') throw invalid('This field may not be blank.');
    if (value.includes('\0')) throw invalid('Null characters are not allowed.');
    if (rules.max !== undefined && [...value].length > rules.max) {
      throw invalid(`Ensure this field has no more than ${rules.max} characters.`);
    }
    const problem = rules.check?.(value);
    if (problem !== undefined) throw invalid(problem);
    return value;
  });
}

/** What the framework's validator takes as a URL: four schemes, and a host that is `localhost`, an address or has a TLD. */
const URL_FORM = new RegExp(
  '^(?:http|ftp)s?://' +
    '(?:[^\\s:@/]+(?::[^\\s:@/]*)?@)?' +
    '(?:(?:\\d{1,3}(?:\\.\\d{1,3}){3})|\\[[0-9a-f:.]+\\]|' +
    '(?:(?:[a-z\\u00a1-\\uffff0-9](?:[a-z\\u00a1-\\uffff0-9-]{0,61}[a-z\\u00a1-\\uffff0-9])?\\.)+' +
    '(?!-)(?:[a-z\\u00a1-\\uffff-]{2,63}|xn--[a-z0-9]{1,59})(?<!-)\\.?|localhost))' +
    '(?::[0-9]{1,5})?(?:[/?#][^\\s]*)?$',
  'iu',
);

/** A URL; blank text is let through where `blank` is set. */
export function url(rules: TextRules = {}): Field<string> {
  const check = (value: string) => (URL_FORM.test(value) ? undefined : 'Enter a valid URL.');
  return text({ ...rules, check });
}

const DATE_ERROR =
  'Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].';

/** A time, as milliseconds since the epoch. */
export function datetime(presence: Presence = {}): Field<number> {
  return field(presence, (raw) => {
    const value = typeof raw === 'string' ? parseDate(raw) : undefined;
    if (value === undefined) throw invalid(DATE_ERROR);
    return value;
  });
}

/** Any value, untouched. */
export function anything(presence: Presence = {}): Field<unknown> {
  return field(presence, (raw) => raw);
}

/** A list. The first bad item's errors stand for the whole list: Sentry drops the index. */
export function list<Item>(item: Field<Item>, rules: Presence & { readonly empty?: boolean } = {}): Field<Item[]> {
  return field(rules, (raw) => {
    if (!Array.isArray(raw)) throw invalid(`Expected a list of items but got type "${pythonType(raw)}".`);
    if (raw.length === 0 && rules.empty === false) throw invalid('This list may not be empty.');
    return raw.map((value: unknown) => {
      if (value === null && !item.nullable) throw invalid('This field may not be null.');
      return item.parse(value);
    });
  });
}

type Shape = { readonly [name: string]: Field<unknown> };

/** What an object field returns: null and absent fields are told apart, because Sentry tells them apart. */
export type Parsed<Fields extends Shape> = {
  readonly [Name in keyof Fields]: ReturnType<Fields[Name]['parse']> | null | undefined;
};

/** An object; unknown keys are ignored, all bad fields are reported. */
export function object<Fields extends Shape>(fields: Fields, presence: Presence = {}): Field<Parsed<Fields>> {
  return field(presence, (raw) => parseObject(fields, raw));
}

function parseObject<Fields extends Shape>(fields: Fields, raw: unknown): Parsed<Fields> {
  if (!isObject(raw)) {
    throw new Invalid({ non_field_errors: [`Invalid data. Expected a dictionary, but got ${pythonType(raw)}.`] });
  }
  const errors: Record<string, FieldErrors> = {};
  const values: Record<string, unknown> = {};
  for (const [name, rules] of Object.entries(fields)) {
    try {
      values[name] = parseField(rules, raw, name);
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      errors[name] = error.errors;
    }
  }
  if (Object.keys(errors).length > 0) throw new Invalid(errors);
  return values as Parsed<Fields>;
}

function parseField(rules: Field<unknown>, raw: JsonObject, name: string): unknown {
  const value = Object.hasOwn(raw, name) ? raw[name] : undefined;
  if (value === undefined) {
    if (rules.required) throw invalid('This field is required.');
    return undefined;
  }
  if (value === null) {
    if (!rules.nullable) throw invalid('This field may not be null.');
    return null;
  }
  return rules.parse(value);
}
