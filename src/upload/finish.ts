import { ActionError } from '../errors.js';
import { assembleBundle } from './assemble.js';
import type { Bundle } from './bundle.js';
import type { Parcel } from './courier.js';
import type { Share } from './divide.js';
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

/** Sends chunks that the server lacks: from memory where they still are, else by packing their files again. */
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
  const { courier, pool } = session;
  const expected = new Map<number, string[]>();
  const wanted = new Set<number>();
  const done = new Set<string>();
  const send = (parcel: Parcel): void => {
    if (!lost.has(parcel.sha1) || done.has(parcel.sha1)) return;
    done.add(parcel.sha1);
    pool.hold(parcel.place);
    courier.resend(parcel);
  };
  for (const { sha1, length, from } of bundle.chunks) {
    if (typeof from === 'number') {
      expected.set(from, [...(expected.get(from) ?? []), sha1]);
      if (lost.has(sha1)) wanted.add(from);
    } else send({ sha1, length, place: { bytes: from } });
  }
  const again = session.shares.filter(({ number }) => wanted.has(number));
  await session.pack(
    again,
    {
      take(packed, share) {
        const hashes = packed.chunks.map(({ sha1 }) => sha1).join();
        if (hashes !== expected.get(share.number)?.join()) throw changed(share);
        packed.chunks.forEach(send);
      },
    },
    refreshed,
  );
}

function changed({ units }: Share): ActionError {
  const names = units.map(({ js, map }) => js?.name ?? map?.name);
  const text = names.slice(0, 5).join(', ') + (names.length > 5 ? ` or ${names.length - 5} more` : '');
  return new ActionError(
    'file-changed',
    `Sentry asked again for parts of the upload, but one of these files is not as it was uploaded: ${text}`,
    { hint: 'Let nothing else write into the build folder during this step, then run it again.' },
  );
}
