import type { Clock } from '../clock.js';
import type { Log } from '../log.js';
import type { ChunkOptions, SentryApi } from '../sentry/types.js';
import type { SourceMapPlan } from '../sourcemaps/types.js';
import { askMissing } from './assemble.js';
import { Courier } from './courier.js';
import type { Crew } from './crew.js';
import { nameUnits } from './entry-names.js';
import { type Group, groupUnits } from './groups.js';
import type { GroupInput, PackedGroup, WorkOptions } from './jobs.js';
import type { BundleOwner } from './manifest.js';
import { Packing } from './packing.js';
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
  readonly groups: readonly Group[];
  readonly stop: Stop;
  inputOf(group: Group): GroupInput;
  /** Packs groups and hands them on in order. */
  pack(
    groups: readonly Group[],
    inputOf: (group: Group) => GroupInput,
    consume: (packed: PackedGroup, group: Group) => void,
  ): Promise<void>;
}

/** Sets an upload up for a server's options. */
export function openSession(
  plan: SourceMapPlan,
  request: UploadRequest,
  deps: SessionDeps,
  options: ChunkOptions,
  crew: Crew,
  stop: Stop,
): Session {
  const settings = chooseSettings(options, plan.bytes, request.dryRun);
  const pool = new SlabPool(settings.slabCount, settings.slabBytes);
  const work: WorkOptions = { edit: plan.options, maxChunkBytes: settings.maxChunkBytes, method: settings.method };
  crew.setup({ options: work, slabs: pool.slabs });
  let packing: Packing | undefined;
  const courier = new Courier(
    {
      api: deps.api,
      options,
      encoding: settings.encoding,
      crew,
      pool,
      ask: (sha1s) => askMissing(deps.api, request, sha1s),
      onProgress: () => packing?.relieve(),
      onFailure: stop.fail,
    },
    settings.mode,
  );
  const names = nameUnits(plan.units);
  return {
    plan,
    request,
    deps,
    settings,
    pool,
    courier,
    groups: groupUnits(plan.units, settings.groups),
    stop,
    inputOf: ({ start, end }) => ({ units: plan.units.slice(start, end), names: names.slice(start, end) }),
    pack(groups, inputOf, consume) {
      const relieve = (): void => courier.relieve();
      packing = new Packing({ crew, pool, options: work, stop, inputOf, consume, relieve });
      return packing.run(groups);
    },
  };
}
