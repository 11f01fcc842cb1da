/** Plain data that passes from discovery to the upload. Everything here survives structuredClone: workers get it as it is. */

/** One file of the set that is injected and uploaded. */
export interface SourceFile {
  /** Absolute real path. */
  readonly path: string;
  /** Path as shown to the user: relative to the workspace, forward slashes. */
  readonly name: string;
  /** Artifact URL: prefix + path below the pattern's base + suffix (sourcemaps/urls.ts). Unique in the set. */
  readonly url: string;
  /** Bytes, at discovery. A file that differs when it is read is an error. */
  readonly size: number;
  readonly mtimeMs: number;
  readonly kind: 'js' | 'map';
}

/** What is read, edited and written together: a script with its map, or one of them alone. */
export interface Unit {
  readonly js?: SourceFile;
  readonly map?: SourceFile;
  /**
   * Why the script has no map, shown with the nearest candidate; set when `js` is there and `map` is not. On a map alone: that its
   * script was left out, which matters where the map has no debug id yet.
   */
  readonly unpaired?: Diagnosis;
  /**
   * Value of the artifact's `sourcemap` header: the reference as written without query and fragment, or the guessed file name.
   * Undefined for an inline map.
   */
  readonly reference?: string;
}

/** How units are edited; one for the whole run. */
export interface EditOptions {
  readonly inject: boolean;
  /** Nothing is written to disk; entries are computed as if it were. */
  readonly dryRun: boolean;
  readonly stripPrefix: readonly string[];
  /** Also strip, map by map, the longest folder that the map's absolute sources have in common. Default: false. */
  readonly stripCommonPrefix?: boolean;
  /** Absolute real path: sources are read from disk only below it. */
  readonly workspace: string;
  readonly workingDirectory: string;
  /** Shared by the threads that edit; whoever ends them waits until no pair is half replaced (write-guard.ts). */
  readonly writeGuard?: SharedArrayBuffer;
}

export type DiagnosisKind =
  | 'injected'
  | 'has-id'
  | 'no-map'
  | 'ambiguous-map'
  | 'map-taken'
  | 'map-broken'
  | 'map-without-content'
  | 'map-does-not-fit'
  | 'script-broken'
  | 'integrity-hash'
  | 'unsupported-bundle'
  | 'no-id'
  | 'map-only'
  | 'url-collision'
  | 'outside-workspace'
  | 'unreadable';

/** What happened to one file, and why. */
export interface Diagnosis {
  readonly kind: DiagnosisKind;
  /** SourceFile.name */
  readonly file: string;
  readonly severity: 'info' | 'warning' | 'error';
  readonly message: string;
  readonly debugId?: string;
}

export type ArtifactType = 'minified_source' | 'source_map' | 'indexed_ram_bundle';

/** One file as it goes into the bundle. */
export interface Artifact {
  readonly url: string;
  /** SourceFile.name, for messages. */
  readonly name: string;
  readonly type: ArtifactType;
  readonly headers: Readonly<{ 'debug-id'?: string; sourcemap?: string }>;
  /** The content in order. Pieces may be views into bigger buffers: edits cost no copy. */
  readonly pieces: readonly Uint8Array[];
}

export interface UnitResult {
  /** Script first, then map. Empty when the unit is unusable (then a diagnosis says why). */
  readonly artifacts: readonly Artifact[];
  readonly diagnoses: readonly Diagnosis[];
}

/** One line per pattern of the input. */
export interface PatternMatch {
  readonly pattern: string;
  readonly files: number;
}

/** The plan: what will be read, in archive order. */
export interface SourceMapPlan {
  /** Sorted; equal for equal content whatever the order the file system lists it in. */
  readonly units: readonly Unit[];
  readonly options: EditOptions;
  readonly patterns: readonly PatternMatch[];
  /** Found before any file was edited: unreadable files, links that leave the workspace, URL collisions. */
  readonly diagnoses: readonly Diagnosis[];
  readonly files: number;
  readonly bytes: number;
}
