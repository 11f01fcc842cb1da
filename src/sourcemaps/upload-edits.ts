import { dirname } from 'node:path';
import { DOUBLE_QUOTE } from './bytes.js';
import { type Edit, replaceWith } from './edits.js';
import { formatMember, insertAtEnd } from './map-edit.js';
import type { MapDocument, MapObject, Member } from './map-shape.js';
import { FolderMemory, readSource, type SourceRoots } from './source-files.js';
import { findCommonPrefix, stripPrefix, withSourceRoot } from './source-prefix.js';
import type { EditOptions, SourceFile } from './types.js';

/** Edits of the uploaded copy of a map; the file on disk doesn't get them. */
export interface UploadEdits {
  readonly edits: readonly Edit[];
  /** Sources whose content is neither in the map nor in the workspace. */
  readonly missing: number;
}

/**
 * What may still be done for a map, in UTF-16 units. A map of a few kilobytes can name one big file ten thousand times, or have a
 * `sourceRoot` of megabytes before each source: without bounds either took all the memory there is.
 */
interface Budget {
  /** Read from the workspace. */
  content: number;
  /** Names that are looked for there. */
  names: number;
  /** Roots written out before each source. */
  roots: number;
}

/** Fills in missing `sourcesContent` from the workspace and removes prefixes from `sources`. */
export function uploadEdits(map: MapDocument, file: SourceFile, options: EditOptions): UploadEdits {
  const strips = options.stripPrefix.length > 0 || options.stripCommonPrefix === true;
  if (map.hasContent && !strips) return { edits: [], missing: 0 };
  const { workspace, workingDirectory } = options;
  const roots = { workspace, workingDirectory, mapFolder: dirname(file.path), folders: memoryOf(options) };
  const budget: Budget = { content: 64 << 20, names: 8 << 20, roots: 64 << 20 };
  const edits: Edit[] = [];
  let missing = 0;
  for (const part of partsOf(map)) {
    const reader = new PartEditor(map, part, roots);
    missing += reader.fill(edits, budget);
    if (strips) reader.strip(options, edits, budget);
  }
  return { edits, missing };
}

/** One for each run: every thread has the run's options once. */
const memories = new WeakMap<EditOptions, FolderMemory>();

function memoryOf(options: EditOptions): FolderMemory {
  const memory = memories.get(options) ?? new FolderMemory();
  memories.set(options, memory);
  return memory;
}

/** The map itself, or the maps of its sections. */
function partsOf(map: MapObject): MapObject[] {
  if (map.sections === undefined) return [map];
  return map.sections.flatMap((section) => (section.map === undefined ? [] : partsOf(section.map)));
}

interface Element {
  readonly start: number;
  readonly end: number;
  /** Undefined for null. */
  readonly text: string | undefined;
}

class PartEditor {
  private readonly document: MapDocument;
  private readonly part: MapObject;
  private readonly roots: SourceRoots;
  private readonly sources: readonly Element[];
  private readonly sourceRoot: string;

  constructor(document: MapDocument, part: MapObject, roots: SourceRoots) {
    this.document = document;
    this.part = part;
    this.roots = roots;
    this.sources = this.elementsOf('sources', true);
    const root = part.members.get('sourceRoot');
    this.sourceRoot = root !== undefined && this.isText(root) ? this.textOf(root) : '';
  }

  /** @returns how many sources stay without content */
  fill(edits: Edit[], budget: Budget): number {
    const contents = this.elementsOf('sourcesContent', false);
    const found = this.sources.map((source, index) => {
      const has = contents[index]?.text !== undefined;
      if (has || source.text === undefined || budget.content <= 0 || budget.names <= 0) return undefined;
      const name = withSourceRoot(this.sourceRoot, source.text);
      const text = readSource(name, this.roots);
      budget.names -= name.length;
      budget.content -= text?.length ?? 0;
      return text;
    });
    const missing = this.sources.filter(
      (_, index) => contents[index]?.text === undefined && found[index] === undefined,
    );
    if (found.some((text) => text !== undefined)) edits.push(...this.contentEdits(contents, found));
    return missing.length;
  }

  private contentEdits(contents: readonly Element[], found: readonly (string | undefined)[]): Edit[] {
    const edits: Edit[] = [];
    for (const [index, content] of contents.entries()) {
      const text = found[index];
      if (text !== undefined) edits.push(replaceWith(content.start, content.end, JSON.stringify(text)));
    }
    const added = found.slice(contents.length).map((text) => (text === undefined ? 'null' : JSON.stringify(text)));
    if (added.length === 0) return edits;
    const member = this.part.members.get('sourcesContent');
    if (member === undefined) {
      const text = formatMember({ ...this.part, bytes: this.document.bytes }, 'sourcesContent', `[${added.join(',')}]`);
      return [insertAtEnd(this.part, text)];
    }
    if (this.document.bytes[member.valueStart] !== 0x5b) {
      return [replaceWith(member.valueStart, member.valueEnd, `[${added.join(',')}]`)];
    }
    const at = contents.at(-1)?.end ?? member.valueEnd - 1;
    return [...edits, replaceWith(at, at, `${contents.length > 0 ? ',' : ''}${added.join(',')}`)];
  }

  /** `sourceRoot` is part of the path that prefixes are compared with: where one matches, it moves into the sources. */
  strip({ stripPrefix: prefixes, stripCommonPrefix }: EditOptions, edits: Edit[], budget: Budget): void {
    budget.roots -= this.sourceRoot.length * this.sources.length;
    if (budget.roots < 0) return;
    const full = this.sources.map(({ text }) =>
      text === undefined ? undefined : withSourceRoot(this.sourceRoot, text),
    );
    const common = stripCommonPrefix ? findCommonPrefix(full.filter((path) => path !== undefined)) : undefined;
    const all = common === undefined ? prefixes : [...prefixes, common];
    const stripped = full.map((path) => (path === undefined ? undefined : stripPrefix(path, all)));
    if (stripped.every((path, index) => path === full[index])) return;
    for (const [index, source] of this.sources.entries()) {
      const path = stripped[index];
      if (path !== undefined && path !== source.text)
        edits.push(replaceWith(source.start, source.end, JSON.stringify(path)));
    }
    const root = this.part.members.get('sourceRoot');
    if (root !== undefined && this.sourceRoot !== '') edits.push(replaceWith(root.valueStart, root.valueEnd, '""'));
  }

  private isText({ valueStart }: Member): boolean {
    return this.document.bytes[valueStart] === DOUBLE_QUOTE;
  }

  private textOf({ valueStart, valueEnd }: Member): string {
    return this.document.scanner.textOf(valueStart, valueEnd);
  }

  /** Elements of a list. Contents need not be decoded: only whether they are there counts. */
  private elementsOf(key: 'sources' | 'sourcesContent', decode: boolean): Element[] {
    const { scanner, bytes } = this.document;
    const member = this.part.members.get(key);
    if (member === undefined || bytes[member.valueStart] !== 0x5b) return [];
    const elements: Element[] = [];
    scanner.forEachElement(member.valueStart, (start) => {
      const end = scanner.skipValue(start);
      const isText = bytes[start] === DOUBLE_QUOTE;
      elements.push({ start, end, text: isText ? (decode ? scanner.textOf(start, end) : '') : undefined });
      return end;
    });
    return elements;
  }
}
