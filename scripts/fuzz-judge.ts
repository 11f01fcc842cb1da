/** What a source map is, said a second time in the plainest way: the fuzzer holds the byte-level reader against it. */

type Json = Readonly<Record<string, unknown>>;

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Differences between what the injection did to a map and what it had to do. */
export function judgeMap(
  before: Buffer,
  after: Buffer | undefined,
  refused: boolean,
  kinds: readonly string[],
): string[] {
  const old = parseMap(before);
  const reason = typeof old === 'string' ? old : faultOf(old);
  if (refused) return reason === undefined ? ['a sound map was refused'] : [];
  const changed = after !== undefined && !after.equals(before);
  if (reason !== undefined) {
    return changed
      ? [`a broken map was changed: ${reason}`]
      : kinds.includes('injected')
        ? [`a broken map was taken: ${reason}`]
        : [];
  }
  if (!changed || typeof old === 'string') return [];
  const now = parseMap(after);
  if (typeof now === 'string') return [`the map is broken now: ${now}`];
  return sameButPositions(old, now) ? [] : ['something besides positions and id changed in the map'];
}

function parseMap(bytes: Buffer): Json | string {
  try {
    let text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (/^[)\]}']/.test(text)) text = text.replace(/^.*?(?=\r|\n|\u2028|\u2029|$)/, '').replace(/^[\u2028\u2029]/, '');
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : 'no object';
  } catch (error) {
    return (error as Error).message;
  }
}

function faultOf(map: Json, depth = 0): string | undefined {
  const { version, sources, names, sourcesContent, mappings, sections, sourceRoot } = map;
  if (depth === 0 && !['mappings', 'sections', 'sources', 'version'].some((key) => Object.hasOwn(map, key)))
    return 'no map';
  if (version !== undefined && version !== null && version !== 3) return 'version';
  if (!isList(sources, isTextOrNull) || !isList(sourcesContent, isTextOrNull)) return 'sources';
  if (!isList(names, () => true)) return 'names';
  if (sourceRoot !== undefined && sourceRoot !== null && typeof sourceRoot !== 'string') return 'sourceRoot';
  if (mappings !== undefined && mappings !== null && typeof mappings !== 'string') return 'mappings';
  if (sections === undefined || sections === null) {
    return mappingsFault(String(mappings ?? ''), lengthOf(sources), lengthOf(names));
  }
  if (!Array.isArray(sections)) return 'sections';
  for (const section of sections as unknown[]) {
    const fault = sectionFault(section, depth);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function sectionFault(section: unknown, depth: number): string | undefined {
  if (typeof section !== 'object' || section === null || Array.isArray(section)) return 'section';
  const { offset, map } = section as { offset?: { line?: unknown; column?: unknown }; map?: unknown };
  const isPosition = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0;
  if (typeof offset !== 'object' || offset === null || !isPosition(offset.line) || !isPosition(offset.column))
    return 'offset';
  if (typeof map !== 'object' || map === null || Array.isArray(map)) return undefined;
  return faultOf(map as Json, depth + 1);
}

function mappingsFault(mappings: string, sources: number, names: number): string | undefined {
  let source = 0;
  let name = 0;
  for (const segment of mappings.split(/[;,]/)) {
    const fields = numbersOf(segment);
    if (fields === undefined || ![0, 1, 4, 5].includes(fields.length)) return `segment ${segment}`;
    source += fields[1] ?? 0;
    name += fields[4] ?? 0;
    if (fields.length >= 4 && (source < 0 || source >= sources)) return `source ${source}`;
    if (fields.length === 5 && (name < 0 || name >= names)) return `name ${name}`;
  }
  return undefined;
}

function numbersOf(segment: string): number[] | undefined {
  const numbers: number[] = [];
  let value = 0;
  let digits = 0;
  for (const character of segment) {
    const digit = DIGITS.indexOf(character);
    if (digit < 0 || digits === 13) return undefined;
    value += (digit & 31) * 32 ** digits++;
    if (digit >= 32) continue;
    numbers.push(value % 2 === 1 ? -(value - 1) / 2 : value / 2);
    value = 0;
    digits = 0;
  }
  return digits === 0 ? numbers : undefined;
}

function isList(value: unknown, isElement: (element: unknown) => boolean): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.every(isElement));
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === 'string';
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}

/** Everything but `mappings`, section offsets and ids. */
function sameButPositions(old: Json, now: Json): boolean {
  const plain = (map: Json) =>
    JSON.stringify(map, (key, value: unknown) =>
      ['mappings', 'rangeMappings', 'debugId', 'debug_id', 'offset'].includes(key) ? undefined : value,
    );
  return plain(old) === plain(now);
}
