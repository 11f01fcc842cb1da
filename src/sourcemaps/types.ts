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
  /**
   * What the unit is was told from names alone: whoever reads the script checks that its comment agrees, and says so when it
   * does not ({@link UnitResult.unlike}).
   */
  readonly foreseen?: true;
}

/** A script with the map that is its own. */
export type Pair = Unit & Required<Pick<Unit, 'js' | 'map'>>;

/** A script with the map that it should have by its name, or without one where no map has a name that fits. */
export type ForeseenUnit = Unit & Required<Pick<Unit, 'js' | 'foreseen'>>;

/** What pairing needs to know of one script. Plain data: workers can send it. */
export interface ScriptScan {
  /** The URL in the script's last real `sourceMappingURL` comment as written; of a data URL only the head. */
  readonly reference?: string;
  /** The map is in the script itself. */
  readonly inline: boolean;
  /** Why the file could not be read; then the rest says nothing. */
  readonly failure?: string;
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
  /** What the script of a foreseen unit says, when it is another: then nothing was done with its files. */
  readonly unlike?: ScriptScan;
  /** The script of a foreseen unit holds its map itself. */
  readonly inline?: true;
}

/** One line per pattern of the input. */
export interface PatternMatch {
  readonly pattern: string;
  readonly files: number;
}

/** The plan: what will be read. Equal for equal content, whatever the order the file system lists it in. */
export interface SourceMapPlan {
  /** Units that names alone suggest, in archive order: nearly all of a usual build, read once and first. */
  readonly foreseen: readonly ForeseenUnit[];
  /** All other files. They are paired, and follow in the archive, when the foreseen scripts were read (pair-others.ts). */
  readonly others: readonly SourceFile[];
  /** What ends every URL: the `url_suffix` input. */
  readonly urlSuffix: string;
  readonly options: EditOptions;
  readonly patterns: readonly PatternMatch[];
  /** Found before any file was read: files that cannot be looked at, links that leave the workspace, URL collisions. */
  readonly diagnoses: readonly Diagnosis[];
  readonly files: number;
  readonly bytes: number;
}
