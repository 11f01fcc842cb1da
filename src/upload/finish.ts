import { ActionError } from '../errors.js';
import { assembleBundle } from './assemble.js';
import type { Bundle } from './bundle.js';
import type { Parcel } from './courier.js';
import type { Group } from './groups.js';
import type { PackedGroup } from './jobs.js';
import { refreshed } from './refresh.js';
import type { Session } from './session.js';
import type { BundleRecord } from './types.js';

/**
 * Has the bundles assembled one after another. A small upload has not asked yet which chunks are missing: the first
 * assemble call of its bundle is the question, so that nothing is asked twice.
 */
export async function finishBundles(session: Session, bundles: readonly Bundle[]): Promise<readonly BundleRecord[]> {
  const { courier, request, stop } = session;
  if (request.dryRun) return bundles.map((bundle) => recordOf(bundle, 'planned'));
  if (courier.questions > 0 || bundles.length > 1) courier.ask();
  const held = new Map(courier.takeWindow().map((parcel) => [parcel.sha1, parcel]));
  await stop.or(courier.idle());
  const records: BundleRecord[] = [];
  for (const bundle of bundles) {
    const resend = (missing: ReadonlySet<string>): Promise<void> => sendAgain(session, bundle, missing, held);
    const state = await stop.or(assembleBundle(bundle, request, request.waitMs, resend, session.deps));
    records.push(recordOf(bundle, state));
  }
  return records;
}

function recordOf(bundle: Bundle, state: BundleRecord['state']): BundleRecord {
  const { id, checksum, files, bytes, chunks } = bundle;
  return { bundleId: id, checksum, state, files, bytes, chunks: chunks.length };
}

/** Sends chunks that the server lacks: from memory where they still are, else by packing their groups again. */
async function sendAgain(
  session: Session,
  bundle: Bundle,
  missing: ReadonlySet<string>,
  held: Map<string, Parcel>,
): Promise<void> {
  const { courier, stop } = session;
  const lost = new Set<string>();
  for (const sha1 of missing) {
    const parcel = held.get(sha1);
    if (parcel === undefined) lost.add(sha1);
    else courier.resend(parcel);
    held.delete(sha1);
  }
  // What the server has of the rest needs no slab any more.
  courier.discard(held.values());
  held.clear();
  if (lost.size > 0) await rebuild(session, bundle, lost);
  await stop.or(courier.idle());
}

/** Makes lost chunks again from the files, which are injected by now, and checks that they are the same. */
async function rebuild(session: Session, bundle: Bundle, lost: ReadonlySet<string>): Promise<void> {
  const { courier, pool, groups } = session;
  const expected = new Map<Group, string[]>();
  const wanted = new Set<Group>();
  for (const { sha1, length, from } of bundle.chunks) {
    if (typeof from !== 'number') {
      if (lost.has(sha1)) courier.resend({ sha1, length, place: { bytes: from } });
      continue;
    }
    const group = groups[from];
    if (group === undefined) continue;
    const list = expected.get(group) ?? [];
    list.push(sha1);
    expected.set(group, list);
    if (lost.has(sha1)) wanted.add(group);
  }
  const sent = new Set<string>();
  await session.pack(
    [...wanted],
    (group) => refreshed(session.inputOf(group)),
    (packed, group) => {
      checkSame(session, packed, group, expected.get(group) ?? []);
      for (const { sha1, length, place } of packed.chunks) {
        if (!lost.has(sha1) || sent.has(sha1)) continue;
        sent.add(sha1);
        pool.hold(place);
        courier.resend({ sha1, length, place });
      }
    },
  );
}

function checkSame(session: Session, packed: PackedGroup, group: Group, expected: readonly string[]): void {
  if (packed.chunks.length === expected.length && packed.chunks.every(({ sha1 }, i) => sha1 === expected[i])) return;
  const names = session.plan.units.slice(group.start, group.end).map(({ js, map }) => js?.name ?? map?.name);
  throw new ActionError(
    'file-changed',
    `Sentry asked again for parts of the upload, but by now one of these files has changed: ${names.join(', ')}`,
    { hint: 'Let nothing else write into the build folder during this step, then run it again.' },
  );
}
