/** As much of JSON Schema as docs/report.schema.json uses; anything else in a schema is refused, so that nothing goes unchecked. */
export interface Schema {
  readonly [keyword: string]: unknown;
}

const KNOWN = new Set([
  '$schema',
  '$defs',
  '$ref',
  'title',
  'description',
  'type',
  'properties',
  'required',
  'items',
  'enum',
  'const',
  'anyOf',
  'minimum',
  'pattern',
]);

/**
 * What is wrong with a value, each with its place; [] is good. Stricter than the standard: a key that the schema does not name
 * is wrong, so that the schema cannot lag behind the code.
 */
export function violations(value: unknown, schema: Schema, root: Schema = schema, at = '$'): string[] {
  const unknown = Object.keys(schema).filter((keyword) => !KNOWN.has(keyword));
  if (unknown.length > 0) throw new Error(`${at}: the schema uses ${unknown.join(', ')}, which is not checked here`);
  if (typeof schema['$ref'] === 'string') return violations(value, definition(root, schema['$ref']), root, at);
  if (Array.isArray(schema['anyOf'])) {
    const all = (schema['anyOf'] as Schema[]).map((one) => violations(value, one, root, at));
    return all.some((wrong) => wrong.length === 0) ? [] : all.flat();
  }
  return [...scalar(value, schema, at), ...object(value, schema, root, at), ...list(value, schema, root, at)];
}

function definition(root: Schema, reference: string): Schema {
  const name = reference.replace('#/$defs/', '');
  const found = (root['$defs'] as Record<string, Schema> | undefined)?.[name];
  if (!found) throw new Error(`the schema has no ${reference}`);
  return found;
}

function scalar(value: unknown, schema: Schema, at: string): string[] {
  const wrong: string[] = [];
  const type = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  const wanted = schema['type'];
  const fits = wanted === undefined || wanted === type || (wanted === 'integer' && Number.isInteger(value));
  if (!fits) wrong.push(`${at}: is ${type}, not ${String(wanted)}`);
  if ('const' in schema && value !== schema['const']) wrong.push(`${at}: is not ${String(schema['const'])}`);
  if (Array.isArray(schema['enum']) && !schema['enum'].includes(value))
    wrong.push(`${at}: ${String(value)} is none of the list`);
  if (typeof schema['minimum'] === 'number' && !(Number(value) >= schema['minimum'])) wrong.push(`${at}: is too small`);
  if (typeof schema['pattern'] === 'string' && !new RegExp(schema['pattern']).test(String(value)))
    wrong.push(`${at}: has another form`);
  return wrong;
}

function object(value: unknown, schema: Schema, root: Schema, at: string): string[] {
  if (schema['type'] !== 'object' || typeof value !== 'object' || value === null) return [];
  const properties = (schema['properties'] ?? {}) as Record<string, Schema>;
  const missing = ((schema['required'] ?? []) as string[]).filter((key) => !(key in value));
  return [
    ...missing.map((key) => `${at}: lacks ${key}`),
    ...Object.entries(value).flatMap(([key, item]) => {
      const property = properties[key];
      if (property === undefined) return [`${at}: ${key} is not in the schema`];
      return violations(item, property, root, `${at}.${key}`);
    }),
  ];
}

function list(value: unknown, schema: Schema, root: Schema, at: string): string[] {
  if (!Array.isArray(value) || schema['items'] === undefined) return [];
  return value.flatMap((item, index) => violations(item, schema['items'] as Schema, root, `${at}[${index}]`));
}
