import type { DebugId } from './debug-id.js';
import type { JsonScanner } from './json-scanner.js';

/** Where a member of an object stands. Offsets are bytes of the file. */
export interface Member {
  readonly keyStart: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** A `mappings` text: usually in place; on its own when the JSON wrote it with escapes. */
export interface MappingsText {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** One part of an indexed map. */
export interface Section {
  readonly line: number;
  readonly lineMember: Member;
  readonly column: number;
  readonly columnMember: Member;
  /** Absent for a section that only names a `url`. */
  readonly map?: MapObject;
}

/** A source map, or the map of a section. All ranges are into the same bytes. */
export interface MapObject {
  /** Behind the closing brace. */
  readonly end: number;
  /** By decoded key; the last of duplicates, as `JSON.parse` has it. */
  readonly members: ReadonlyMap<string, Member>;
  /** The member written last, whatever its key. */
  readonly lastMember: Member | undefined;
  readonly sources: number;
  /** Whether every source has its content in the map. */
  readonly hasContent: boolean;
  readonly mappings: MappingsText | undefined;
  readonly sections: readonly Section[] | undefined;
  /** Zero-based last line of the script that has a mapping; -1 when none has. */
  readonly lastLine: number;
}

/** A map file that was read and checked. */
export interface MapDocument extends MapObject {
  readonly bytes: Uint8Array;
  readonly scanner: JsonScanner;
  /** `debugId`, else `debug_id`, when it is a valid id. */
  readonly debugId: DebugId | undefined;
}
