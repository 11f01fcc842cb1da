import { isUtf8 } from 'node:buffer';
import { asBuffer, BACKSLASH, bomLength, DOUBLE_QUOTE, findLineEnd } from './bytes.js';
import { type DebugId, parseDebugId } from './debug-id.js';
import { JsonScanner } from './json-scanner.js';
import { MapFault, malformedAt } from './map-fault.js';
import type { MapDocument, MapObject, MappingsText, Member, Section } from './map-shape.js';
import { checkMappings } from './mappings.js';

/** Nesting of indexed maps; no tool writes more than two levels. */
const DEEPEST_SECTIONS = 50;
const MAP_KEYS = ['mappings', 'sections', 'sources', 'version'];
/** First characters of the line that some servers put before JSON, against script inclusion. */
const JUNK_STARTS = ")]}'";

/**
 * Reads a source map without turning it into values, and checks all that positions depend on: UTF-8, JSON, version, types,
 * every segment.
 *
 * @throws MapFault with the reason
 */
export function readMapDocument(bytes: Uint8Array): MapDocument {
  if (!isUtf8(bytes)) throw new MapFault('it is not valid UTF-8');
  const scanner = new JsonScanner(bytes);
  const start = scanner.skipBlank(findJsonStart(bytes));
  if (start === bytes.length) throw new MapFault('it is empty');
  if (bytes[start] !== 0x7b) throw new MapFault('it is no JSON object');
  const map = new ObjectReader(scanner, 0).read(start);
  const rest = scanner.skipBlank(map.end);
  if (rest < bytes.length) throw malformedAt(rest);
  if (!MAP_KEYS.some((key) => map.members.has(key))) throw new MapFault('it is JSON, but no source map');
  return { ...map, bytes, scanner, debugId: readDebugId(scanner, map) };
}

function findJsonStart(bytes: Uint8Array): number {
  const start = bomLength(bytes);
  const first = bytes[start];
  if (first === undefined || !JUNK_STARTS.includes(String.fromCharCode(first))) return start;
  return findLineEnd(bytes, start);
}

function readDebugId(scanner: JsonScanner, map: MapObject): DebugId | undefined {
  for (const key of ['debugId', 'debug_id']) {
    const member = map.members.get(key);
    if (member === undefined || scanner.bytes[member.valueStart] !== DOUBLE_QUOTE) continue;
    if (member.valueEnd - member.valueStart > 300) continue;
    const id = parseDebugId(scanner.textOf(member.valueStart, member.valueEnd));
    if (id !== undefined) return id;
  }
  return undefined;
}

interface ArrayFacts {
  readonly length: number;
  readonly texts: number;
}

/** Reads one object; a new reader for each nested one. */
class ObjectReader {
  private readonly scanner: JsonScanner;
  private readonly depth: number;
  private readonly members = new Map<string, Member>();
  private readonly arrays = new Map<string, ArrayFacts>();
  private last: Member | undefined;
  private sections: Section[] | undefined;

  constructor(scanner: JsonScanner, depth: number) {
    if (depth > DEEPEST_SECTIONS) throw new MapFault('its sections are nested too deep');
    this.scanner = scanner;
    this.depth = depth;
  }

  read(start: number): MapObject {
    const { scanner, members } = this;
    const end = scanner.forEachMember(start, (key, keyStart, valueStart) => {
      const valueEnd = this.readMember(key, valueStart);
      this.last = { keyStart, valueStart, valueEnd };
      members.set(key, this.last);
      return valueEnd;
    });
    this.checkVersion();
    if (this.sections !== undefined) this.passMappings();
    const sources = this.arrays.get('sources')?.length ?? 0;
    const content = this.arrays.get('sourcesContent');
    const mappings = this.sections === undefined ? this.readMappings() : undefined;
    const names = this.arrays.get('names')?.length ?? 0;
    const facts = mappings && checkMappings(mappings.bytes, mappings.start, mappings.end, sources, names);
    return {
      end,
      members,
      lastMember: this.last,
      sources,
      hasContent:
        this.sections?.every((section) => section.map?.hasContent !== false) ??
        (sources === 0 || (content !== undefined && content.texts >= sources)),
      mappings,
      sections: this.sections,
      lastLine: facts?.lastLine ?? lastLineOf(this.sections),
    };
  }

  private readMember(key: string, start: number): number {
    const { scanner } = this;
    if (key === 'mappings') this.passMappings();
    if (scanner.bytes[start] === 0x6e /* null */) return this.readNull(key, start);
    switch (key) {
      case 'mappings':
        return this.skipMappings(start);
      case 'sources':
      case 'sourcesContent':
        return this.readArray(key, start, true);
      case 'names':
        return this.readArray(key, start, false);
      case 'sections':
        return this.readSections(start);
      case 'sourceRoot':
        return scanner.skipString(start);
      default:
        return scanner.skipValue(start);
    }
  }

  private readNull(key: string, start: number): number {
    if (key === 'sources' || key === 'names') this.arrays.delete(key);
    if (key === 'sections') this.sections = undefined;
    return this.scanner.skipValue(start);
  }

  /**
   * Mappings hold no quote and no backslash, so the next quote ends them; what is between is looked at once, when the segments
   * are checked. Escapes are legal JSON, though: then it is an ordinary string.
   */
  private skipMappings(start: number): number {
    const { bytes } = this.scanner;
    if (bytes[start] !== DOUBLE_QUOTE) throw new MapFault('its mappings are no text');
    const end = asBuffer(bytes).indexOf('"', start + 1, 'latin1');
    if (end < 0) throw malformedAt(bytes.length);
    return bytes[end - 1] === BACKSLASH ? this.scanner.skipString(start) : end + 1;
  }

  /** Mappings that count for nothing, because others follow or sections take their place, must still be JSON. */
  private passMappings(): void {
    const member = this.members.get('mappings');
    if (member !== undefined) this.scanner.skipValue(member.valueStart);
  }

  private readMappings(): MappingsText | undefined {
    const member = this.members.get('mappings');
    const { bytes } = this.scanner;
    if (member === undefined || bytes[member.valueStart] !== DOUBLE_QUOTE) return undefined;
    const start = member.valueStart + 1;
    const end = member.valueEnd - 1;
    if (!asBuffer(bytes).subarray(start, end).includes(BACKSLASH)) return { bytes, start, end };
    this.scanner.skipString(member.valueStart);
    const decoded = Buffer.from(this.scanner.textOf(member.valueStart, member.valueEnd));
    return { bytes: decoded, start: 0, end: decoded.length };
  }

  private readArray(key: string, start: number, textOnly: boolean): number {
    const { scanner } = this;
    if (scanner.bytes[start] !== 0x5b) throw new MapFault(`its ${key} are no list`);
    let length = 0;
    let texts = 0;
    const end = scanner.forEachElement(start, (element) => {
      length++;
      if (scanner.bytes[element] === DOUBLE_QUOTE) {
        texts++;
        return scanner.skipString(element);
      }
      if (textOnly && scanner.bytes[element] !== 0x6e) {
        throw new MapFault(`its ${key} hold something that is neither text nor null`);
      }
      return scanner.skipValue(element);
    });
    this.arrays.set(key, { length, texts });
    return end;
  }

  private checkVersion(): void {
    const member = this.members.get('version');
    if (member === undefined) return;
    const text = textAt(this.scanner, member);
    if (text !== 'null' && (text.startsWith('"') || Number(text) !== 3)) {
      throw new MapFault(`its version is ${text}, not the number 3`);
    }
  }

  private readSections(start: number): number {
    const { scanner } = this;
    if (scanner.bytes[start] !== 0x5b) throw new MapFault('its sections are no list');
    const sections: Section[] = [];
    const end = scanner.forEachElement(start, (element) => {
      const { section, end: sectionEnd } = this.readSection(element, sections.length);
      sections.push(section);
      return sectionEnd;
    });
    this.sections = sections;
    return end;
  }

  private readSection(start: number, index: number): { section: Section; end: number } {
    const { scanner } = this;
    if (scanner.bytes[start] !== 0x7b) throw new MapFault(`its section #${index} is no object`);
    let offset: Pick<Section, 'line' | 'lineMember' | 'column' | 'columnMember'> | undefined;
    let map: MapObject | undefined;
    const end = scanner.forEachMember(start, (key, _keyStart, valueStart) => {
      if (key === 'offset') {
        const read = readOffset(scanner, valueStart, index);
        offset = read.offset;
        return read.end;
      }
      if (key !== 'map' || scanner.bytes[valueStart] !== 0x7b) return scanner.skipValue(valueStart);
      map = new ObjectReader(scanner, this.depth + 1).read(valueStart);
      return map.end;
    });
    if (offset === undefined) throw new MapFault(`its section #${index} has no offset`);
    return { section: map === undefined ? offset : { ...offset, map }, end };
  }
}

function readOffset(scanner: JsonScanner, start: number, index: number) {
  const places = new Map<string, Member>();
  if (scanner.bytes[start] !== 0x7b) throw new MapFault(`its section #${index} has no offset`);
  const end = scanner.forEachMember(start, (key, keyStart, valueStart) => {
    const valueEnd = scanner.skipValue(valueStart);
    places.set(key, { keyStart, valueStart, valueEnd });
    return valueEnd;
  });
  const read = (key: string) => {
    const member = places.get(key);
    const text = member && textAt(scanner, member);
    const value = Number(text);
    if (member === undefined || text?.startsWith('"') || !Number.isSafeInteger(value) || value < 0) {
      throw new MapFault(`the ${key} of its section #${index} is no position`);
    }
    return { member, value };
  };
  const line = read('line');
  const column = read('column');
  const offset = { line: line.value, lineMember: line.member, column: column.value, columnMember: column.member };
  return { offset, end };
}

/** A value as written, cut where no number and no version is that long. */
function textAt({ bytes }: JsonScanner, { valueStart, valueEnd }: Member): string {
  return asBuffer(bytes).toString('utf8', valueStart, Math.min(valueEnd, valueStart + 40));
}

function lastLineOf(sections: readonly Section[] | undefined): number {
  let last = -1;
  for (const { line, map } of sections ?? []) {
    if (map !== undefined && map.lastLine >= 0) last = Math.max(last, line + map.lastLine);
  }
  return last;
}
