import type { Clock } from '../clock.js';
import type { Log } from '../log.js';
import type { ChunkOptions, SentryApi } from '../sentry/types.js';
import { filesOf } from '../sourcemaps/pair-others.js';
import type { ScanScripts } from '../sourcemaps/scan.js';
import type { SourceMapPlan, Unit } from '../sourcemaps/types.js';
import { askMissing } from './assemble.js';
import { Courier } from './courier.js';
import type { Crew } from './crew.js';
import { divide, type Share } from './divide.js';
import { EntryNames } from './entry-names.js';
import type { PackJob, WorkOptions } from './jobs.js';
import type { BundleOwner } from './manifest.js';
import { type Consumer, Packing } from './packing.js';
import { Progress } from './progress.js';
import { chooseSettings, type Settings } from './settings.js';
import { SlabPool } from './slab-pool.js';
import type { Stop } from './stop.js';

/** What is uploaded for whom, and how long to wait. */
export interface UploadRequest extends BundleOwner {
  /** 0: the server's word that it took the job on is enough; else the longest wait for `ok`, in milliseconds. */
  readonly waitMs: number;
  /** Everything is computed, nothing is sent. */
  readonly dryRun: boolean;
}

/** What the upload needs from outside. */
export interface SessionDeps {
  readonly api: Pick<SentryApi, 'chunkOptions' | 'uploadChunks' | 'assemble'>;
  readonly log: Log;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Everything one upload works with. */
export interface Session {
  readonly plan: SourceMapPlan;
  readonly request: UploadRequest;
  readonly deps: SessionDeps;
  readonly settings: Settings;
  readonly pool: SlabPool;
  readonly courier: Courier;
  readonly progress: Progress;
  /** All that were added so far. */
  readonly shares: readonly Share[];
  readonly stop: Stop;
  /** Reads the references of scripts. */
  readonly scan: ScanScripts;
  /** Divides further units, which follow in the archive, into shares. */
  add(units: readonly Unit[]): readonly Share[];
  /** Packs shares and hands them on in order. `refresh` changes units just before they are packed. */
  pack(shares: readonly Share[], consumer: Consumer, refresh?: (unit: Unit) => Unit): Promise<void>;
}

/** Big files that each worker thread may have in memory. */
const BIG_BYTES_PER_THREAD = 20 << 20;

/** Sets an upload up for a server's options. */
export function openSession(
  plan: SourceMapPlan,
  request: UploadRequest,
  deps: SessionDeps,
  options: ChunkOptions,
  crew: Crew,
  stop: Stop,
): Session {
  const settings = chooseSettings(options, plan, request.dryRun);
  const pool = new SlabPool(settings.slabCount, settings.slabBytes);
  crew.setup({ options: workOptions(plan, settings), slabs: pool.slabs });
  let packing: Packing | undefined;
  const progress = new Progress({
    log: deps.log,
    clock: deps.clock,
    files: plan.files,
    sentBytes: () => courier.wireBytes,
  });
  const courier = new Courier(
    {
      api: deps.api,
      options,
      encoding: settings.encoding,
      crew,
      pool,
      ask: (sha1s) => askMissing(deps.api, request, sha1s),
      onProgress: () => {
        packing?.relieve();
        progress.tell();
      },
      onFailure: stop.fail,
    },
    settings.mode,
  );
  const names = new EntryNames([...filesOf(plan.foreseen), ...plan.others]);
  const shares: Share[] = [];
  return {
    plan,
    request,
    deps,
    settings,
    pool,
    courier,
    progress,
    shares,
    stop,
    scan: (scripts) => crew.scan(scripts),
    add(units) {
      const added = divide(units, settings.divide, shares.length);
      for (const share of added) shares.push(share);
      return added;
    },
    pack(chosen, consumer, refresh) {
      const jobOf = (share: Share) => workOf(share, names, refresh);
      const bytesInTurns = BIG_BYTES_PER_THREAD * Math.max(1, crew.threads);
      packing = new Packing({ crew, pool, stop, jobOf, consumer, relieve: () => courier.relieve(), bytesInTurns });
      return packing.run(chosen);
    },
  };
}

function workOf(
  { units, expectedBytes }: Share,
  names: EntryNames,
  refresh: ((unit: Unit) => Unit) | undefined,
): Omit<PackJob, 'kind' | 'slabs' | 'turns'> {
  return {
    units: refresh === undefined ? units : units.map(refresh),
    names: units.map((unit) => names.of(unit)),
    expectedBytes,
  };
}

function workOptions(plan: SourceMapPlan, { divide: { targetBytes }, maxChunkBytes, method }: Settings): WorkOptions {
  return { edit: plan.options, maxChunkBytes, targetBytes, method };
}
