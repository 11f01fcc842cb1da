import type { Seen } from '../sourcemaps/pair-others.js';
import type { Diagnosis, ScriptScan, SourceFile, Unit } from '../sourcemaps/types.js';
import type { Bundle } from './bundle.js';
import type { Courier } from './courier.js';
import type { UnitOutcome } from './jobs.js';
import type { BundleRecord, UploadRecord } from './types.js';

/** Messages that name a file are different each time; those that are the same for thousands come early. */
const MOST_TEXTS = 200;

/** Collects what becomes of the units, in order, for the record of the upload. */
export class Outcome implements Seen {
  readonly unlike = new Map<SourceFile, ScriptScan>();
  readonly inline = new Set<SourceFile>();
  readonly #diagnoses: Diagnosis[];
  readonly #debugIds: UploadRecord['debugIds'][number][] = [];
  readonly #uploadedMaps: string[] = [];
  /** Kinds, severities and messages seen. */
  readonly #texts = new Map<string, string>();
  #pairs = 0;
  #files = 0;

  /** @param found what is known before any file is read */
  constructor(found: readonly Diagnosis[]) {
    this.#diagnoses = [...found];
  }

  /** Files that are in a bundle so far. */
  get files(): number {
    return this.#files;
  }

  get diagnoses(): readonly Diagnosis[] {
    return this.#diagnoses;
  }

  /** Takes what pairing found out. */
  learn(diagnoses: readonly Diagnosis[]): void {
    for (const diagnosis of diagnoses) this.#diagnoses.push(diagnosis);
  }

  /** Takes the outcomes of these units. */
  add(outcomes: readonly UnitOutcome[], units: readonly Unit[]): void {
    for (const [index, { packed, debugId, diagnoses, unlike, inline }] of outcomes.entries()) {
      const unit = units[index];
      if (unit?.js !== undefined && unlike !== undefined) this.unlike.set(unit.js, unlike);
      if (unit?.js !== undefined && inline === true) this.inline.add(unit.js);
      for (const diagnosis of diagnoses) this.#diagnoses.push(this.#share(diagnosis, unit, debugId));
      if (unit === undefined || packed === 0) continue;
      const file = (packed & 1) === 1 ? unit.js : unit.map;
      this.#files += packed === 3 ? 2 : 1;
      if (packed === 3) this.#pairs++;
      if (packed >= 2 && unit.map !== undefined) this.#uploadedMaps.push(unit.map.path);
      if (debugId === undefined || file === undefined) continue;
      this.#debugIds.push({ debugId, name: file.name, url: file.url });
    }
  }

  /**
   * The diagnosis with strings that are in memory already: on its way from a worker each became one of its own, and there is
   * one for each of perhaps 100,000 files.
   */
  #share(diagnosis: Diagnosis, unit: Unit | undefined, debugId: string | undefined): Diagnosis {
    const shared: Diagnosis = {
      ...diagnosis,
      kind: this.#known(diagnosis.kind),
      file: [unit?.js?.name, unit?.map?.name].find((name) => name === diagnosis.file) ?? diagnosis.file,
      severity: this.#known(diagnosis.severity),
      message: this.#known(diagnosis.message),
    };
    return debugId !== undefined && diagnosis.debugId === debugId ? { ...shared, debugId } : shared;
  }

  #known<T extends string>(text: T): T {
    const known = this.#texts.get(text);
    if (known !== undefined) return known as T;
    if (this.#texts.size < MOST_TEXTS) this.#texts.set(text, text);
    return text;
  }

  /** The record of the whole upload. */
  record(bundles: readonly Bundle[], records: readonly BundleRecord[], courier: Courier, dry: boolean): UploadRecord {
    const chunks = bundles.flatMap((bundle) => bundle.chunks);
    const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
    return {
      bundles: records,
      files: this.#files,
      pairs: this.#pairs,
      uploadedBytes: courier.uploadedBytes,
      wireBytes: courier.wireBytes,
      reusedBytes: dry ? 0 : bytes - courier.uploadedBytes,
      chunksSent: courier.sent.size,
      chunksReused: dry ? 0 : chunks.length - courier.sent.size,
      diagnoses: this.#diagnoses,
      debugIds: this.#debugIds,
      uploadedMaps: this.#uploadedMaps,
    };
  }
}
