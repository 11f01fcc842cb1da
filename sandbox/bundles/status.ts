import type { Services } from '../services.js';
import type { AssembleState, AssembleStatus, Organization } from '../state/types.js';

/** The answer to assemble is remembered so long, by checksum alone: whatever project, release or dist is asked for. */
const STATUS_MS = 600_000;

/** What is remembered of a checksum, or undefined. */
export function assembleStatus(services: Services, org: Organization, checksum: string): AssembleStatus | undefined {
  const status = org.assembleStatus.get(checksum);
  if (status === undefined) return undefined;
  if (services.clock.now() - status.changedAt < STATUS_MS) return status;
  org.assembleStatus.delete(checksum);
  return undefined;
}

/** Remembers a state from now on. */
export function setAssembleStatus(
  services: Services,
  org: Organization,
  job: { readonly checksum: string; readonly chunks: readonly string[] },
  state: AssembleState,
  detail?: string,
): void {
  org.assembleStatus.set(job.checksum, { state, detail, changedAt: services.clock.now(), chunks: job.chunks });
}

/** Forgets the oldest chunks and every status that needs one of them. */
export function forgetChunks(org: Organization, count: number | 'all'): void {
  const names = [...org.chunks.keys()];
  const gone = new Set(count === 'all' ? names : names.slice(0, count));
  for (const name of gone) org.chunks.delete(name);
  for (const [checksum, status] of org.assembleStatus) {
    if (status.chunks.length === 0 || status.chunks.some((name) => gone.has(name))) org.assembleStatus.delete(checksum);
  }
}
