import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import type { AssembleAnswer, AssembleRequest } from '../../../src/sentry/types.js';
import type { ProcessUnit } from '../../../src/upload/pack.js';
import { uploadSourceMaps } from '../../../src/upload/upload.js';
import { depsFor, makePlan, manyFiles, noise, recordingLog, removeBuilds, request, unitsOf } from './support/build.js';
import { FakeServer } from './support/fake-server.js';
import { plainUnit } from './support/plain-unit.js';
import { referenceArchive } from './support/reference-archive.js';
import { readZip } from './support/zip-reader.js';

afterEach(removeBuilds);

function answer(
  state: AssembleAnswer['state'],
  missingChunks: readonly string[] = [],
  detail?: string,
): AssembleAnswer {
  return { state, missingChunks, detail };
}

describe('a server that loses chunks', () => {
  it('gets those again that it dropped without a word, and the archive is whole', async () => {
    const plan = makePlan(manyFiles(60));
    const server = new FakeServer();
    const dropped = new Set<string>();
    server.keep = (sha1) => {
      const isFirst = sha1 < '4' && !dropped.has(sha1);
      dropped.add(sha1);
      return !isFirst;
    };
    const record = await uploadSourceMaps(plan, request, depsFor(server));
    expect(dropped.size).toBeGreaterThan(3);
    expect(server.archives[0]?.equals(referenceArchive(plan, request))).toBe(true);
    expect(record.chunksSent).toBe(new Set(server.requests.flatMap(({ sha1s }) => sha1s)).size);
  });

  it('gets all of them again, made from the files, when it forgets everything after it took the job on', async () => {
    const plan = makePlan(manyFiles(60));
    const server = new FakeServer();
    let polls = 0;
    const forget = (asked: AssembleRequest): AssembleAnswer | undefined => {
      if (asked.checksum.startsWith('0000')) return undefined;
      polls++;
      if (polls === 5) server.finalState = 'ok';
      if (polls !== 2) return undefined;
      server.chunks.clear();
      return answer('created');
    };
    server.script.push(...Array.from({ length: 40 }, () => forget));
    server.finalState = 'assembling';
    await uploadSourceMaps(plan, { ...request, waitMs: 60_000 }, depsFor(server, 1));
    expect(server.archives.at(-1)?.equals(referenceArchive(plan, request))).toBe(true);
  });

  it('ends the upload as stuck when it keeps nothing, after three rounds of sending', async () => {
    const server = new FakeServer();
    server.keep = () => false;
    const upload = uploadSourceMaps(makePlan(manyFiles(5)), request, depsFor(server));
    await expect(upload).rejects.toMatchObject({ code: 'upload-stuck' });
    expect(server.calls.filter((call) => call === 'assemble')).toHaveLength(4);
    expect(server.calls.filter((call) => call === 'upload')).toHaveLength(3);
  });

  it('ends the upload when a file that it asks for again has changed meanwhile, and names it', async () => {
    const plan = makePlan({ 'a.js': noise(1, 5000), 'b.js': noise(2, 5000) });
    const server = new FakeServer();
    const path = plan.foreseen[0]?.js.path ?? '';
    let calls = 0;
    server.keep = () => ++calls > 1000;
    server.script.push(
      () => undefined,
      () => {
        writeFileSync(path, noise(3, 4000));
        return undefined;
      },
    );
    const upload = uploadSourceMaps(plan, request, depsFor(server));
    await expect(upload).rejects.toMatchObject({ code: 'file-changed', message: expect.stringContaining('a.js') });
  });
});

describe('a server that answers oddly', () => {
  it('gets every chunk when its answer to a question cannot be what Sentry says', async () => {
    const plan = makePlan({ 'big.js': noise(5, 20 << 20), 'small.js': noise(6, 100) });
    const server = new FakeServer();
    server.script.push(() => answer('ok'));
    await uploadSourceMaps(plan, request, depsFor(server));
    expect(server.archives[0]?.equals(referenceArchive(plan, request))).toBe(true);
  });

  it('may name chunks that are not ours: they are ignored', async () => {
    const plan = makePlan(manyFiles(3));
    const server = new FakeServer();
    server.script.push((asked) => answer('not_found', ['f'.repeat(40), ...server.answer(asked).missingChunks]));
    await uploadSourceMaps(plan, request, depsFor(server));
    expect(server.archives).toHaveLength(1);
  });

  it('ends the upload with its own words when it could not assemble', async () => {
    const server = new FakeServer();
    server.script.push(() => answer('error', [], 'the bundle is invalid'));
    const upload = uploadSourceMaps(makePlan(manyFiles(2)), request, depsFor(server));
    await expect(upload).rejects.toMatchObject({
      code: 'assemble-failed',
      message: expect.stringContaining('the bundle is invalid'),
      hint: expect.stringContaining('ten minutes'),
    });
  });
});

describe('waiting', () => {
  it('is not done without `wait`: the server’s word that it took the job on is the end', async () => {
    const server = new FakeServer();
    server.finalState = 'created';
    const record = await uploadSourceMaps(makePlan(manyFiles(2)), request, depsFor(server));
    expect(record.bundles[0]?.state).toBe('created');
  });

  it('polls with growing pauses until the bundle is processed', async () => {
    const server = new FakeServer();
    server.script.push(
      () => undefined,
      ...['created', 'assembling', 'assembling', 'ok'].map((state) => () => answer(state as 'ok')),
    );
    const pauses: number[] = [];
    const clock = { now: () => 0, random: () => 0, sleep: (ms: number) => Promise.resolve(void pauses.push(ms)) };
    const record = await uploadSourceMaps(
      makePlan(manyFiles(2)),
      { ...request, waitMs: 60_000 },
      depsFor(server, 0, { clock }),
    );
    expect(record.bundles[0]?.state).toBe('ok');
    expect(pauses).toEqual([500, 1000, 2000]);
  });

  it('ends at its limit, says the state and that nothing is lost', async () => {
    const server = new FakeServer();
    server.finalState = 'assembling';
    let now = 0;
    const advance = async (ms: number): Promise<void> => {
      now += ms;
    };
    const clock = { now: () => now, random: () => 0, sleep: advance };
    const upload = uploadSourceMaps(
      makePlan(manyFiles(2)),
      { ...request, waitMs: 5000 },
      depsFor(server, 0, { clock }),
    );
    await expect(upload).rejects.toMatchObject({ code: 'deadline', message: expect.stringContaining('assembling') });
    expect(now).toBe(5000);
  });

  it('ends at once when the run is cancelled, with the reason given', async () => {
    const server = new FakeServer();
    const stop = new AbortController();
    server.uploadChunks = () => {
      stop.abort(new Error('cancelled by the user'));
      return new Promise(() => {});
    };
    const upload = uploadSourceMaps(makePlan(manyFiles(30)), request, depsFor(server, 1, { signal: stop.signal }));
    await expect(upload).rejects.toThrow('cancelled by the user');
  });
});

describe('servers that only resemble Sentry', () => {
  const glitchtip = { namesMissingChunks: false, chunkSize: 32 << 20, chunksPerRequest: 1, concurrency: 1 };
  const bugsink = {
    namesMissingChunks: false,
    chunkSize: 2 << 20,
    maxRequestSize: 2 << 20,
    chunksPerRequest: 1,
    concurrency: 1,
  };

  it.each([
    ['GlitchTip', glitchtip],
    ['Bugsink', bugsink],
  ])('%s gets every chunk, one a request, before the first assemble', async (_, options) => {
    const plan = makePlan({ ...manyFiles(100), 'big.js': noise(9, 9 << 20) });
    const server = new FakeServer(options);
    server.finalState = 'created';
    const record = await uploadSourceMaps(plan, request, depsFor(server, 1));
    expect(server.archives[0]?.equals(referenceArchive(plan, request))).toBe(true);
    expect(server.calls.filter((call) => call === 'assemble')).toHaveLength(1);
    expect(server.calls.at(-1)).toBe('assemble');
    expect(server.mostOpen).toBe(1);
    expect(record.bundles[0]?.state).toBe('created');
    const chunks = server.requests.flatMap(({ sha1s }) => sha1s).length;
    expect(chunks).toBeLessThan(16);
  });

  it('deflates the files in the archive where the server takes no compressed chunks', async () => {
    const text = 'export const answer = 42;\n'.repeat(2000);
    const plan = makePlan({ 'a.js': text, 'b.js': text.repeat(3) });
    const server = new FakeServer({ compression: [] });
    const record = await uploadSourceMaps(plan, request, depsFor(server));
    expect(record.wireBytes).toBeLessThan(5000);
    const entries = readZip(server.archives[0] ?? Buffer.alloc(0));
    expect(entries.map(({ name }) => name)).toEqual(['files/_/_/a.js', 'files/_/_/b.js', 'manifest.json']);
    expect(inflateRawSync(entries[1]?.data ?? Buffer.alloc(0)).toString()).toBe(text.repeat(3));
  });
});

describe('limits', () => {
  it('split a build into several bundles, each whole, none above the server’s limit', async () => {
    const plan = makePlan(manyFiles(120));
    const server = new FakeServer({ maxFileSize: 600_000 });
    const record = await uploadSourceMaps(plan, request, depsFor(server, 1));
    expect(record.bundles.length).toBeGreaterThan(3);
    expect(server.archives.every(({ length }) => length <= 600_000)).toBe(true);
    const names = server.archives.flatMap((archive) => readZip(archive).map(({ name }) => name));
    expect(names.filter((name) => name !== 'manifest.json').sort()).toEqual(
      unitsOf(plan)
        .flatMap(({ js, map }) => [js?.name, map?.name])
        .map((name) => `files/_/_/${name}`)
        .sort(),
    );
    expect(new Set(record.bundles.map(({ bundleId }) => bundleId)).size).toBe(record.bundles.length);
  });

  it('name the file that is too big for the server by itself', async () => {
    const plan = makePlan({ 'ok.js': noise(1, 100), 'huge.js': noise(2, 500_000) });
    const server = new FakeServer({ maxFileSize: 300_000 });
    const upload = uploadSourceMaps(plan, request, depsFor(server));
    await expect(upload).rejects.toMatchObject({ code: 'server-limits', message: expect.stringContaining('huge.js') });
    expect(server.archives).toHaveLength(0);
  });
});

describe('failures on our side', () => {
  it('of a worker thread that dies end the upload instead of hanging it', async () => {
    const server = new FakeServer();
    // The big file is left to the thread.
    const plan = makePlan({ ...manyFiles(40), 'big.js': noise(1, 5 << 20) });
    const upload = uploadSourceMaps(plan, request, depsFor(server, 1, { worker: './dying-worker.mjs' }));
    await expect(upload).rejects.toMatchObject({ code: 'internal', message: expect.stringContaining('worker thread') });
  });

  it('of an edit reach the caller as they were thrown', async () => {
    const processUnit: ProcessUnit = () => {
      throw new RangeError('no such edit');
    };
    const upload = uploadSourceMaps(makePlan(manyFiles(2)), request, depsFor(new FakeServer(), 0, { processUnit }));
    await expect(upload).rejects.toThrow('no such edit');
  });

  it('of the API reach the caller, and nothing is assembled after them', async () => {
    const server = new FakeServer();
    server.uploadChunks = () => Promise.reject(new Error('connection reset'));
    const upload = uploadSourceMaps(makePlan(manyFiles(40)), request, depsFor(server, 1));
    await expect(upload).rejects.toThrow('connection reset');
    expect(server.archives).toHaveLength(0);
  });

  it('that leave nothing to upload say why, with the first files’ reasons', async () => {
    const processUnit: ProcessUnit = ({ js }) => ({
      artifacts: [],
      diagnoses: [{ kind: 'script-broken', file: js?.name ?? '', severity: 'warning', message: 'it is no text' }],
    });
    const server = new FakeServer();
    const upload = uploadSourceMaps(makePlan(manyFiles(2)), request, depsFor(server, 0, { processUnit }));
    await expect(upload).rejects.toMatchObject({
      code: 'sourcemaps-unusable',
      message: expect.stringContaining('part-00000.js: it is no text'),
    });
    expect(server.calls).toEqual(['options']);
  });
});

describe('the record', () => {
  it('of a dry run has everything but what was sent, and the server got no write', async () => {
    const plan = makePlan(manyFiles(20));
    const server = new FakeServer();
    const record = await uploadSourceMaps(plan, { ...request, dryRun: true }, depsFor(server, 1));
    expect(server.calls).toEqual(['options']);
    expect(record).toMatchObject({ files: 40, pairs: 20, chunksSent: 0, uploadedBytes: 0, wireBytes: 0 });
    expect(record.bundles).toMatchObject([
      { state: 'planned', files: 40, bytes: referenceArchive(plan, request).length },
    ]);
  });

  it('names every debug id and every map that is in the bundle, and leaves out what is not', async () => {
    const plan = makePlan({ 'a.js': 'a', 'a.js.map': '{}', 'b.js': 'b', 'lone.js.map': '{}' });
    const processUnit: ProcessUnit = (unit, options) =>
      unit.js?.name === 'b.js' ? { artifacts: [], diagnoses: [] } : plainUnit(unit, options);
    const record = await uploadSourceMaps(plan, request, depsFor(new FakeServer(), 0, { processUnit }));
    expect(record.files).toBe(3);
    expect(record.debugIds.map(({ name, url }) => [name, url])).toEqual([
      ['a.js', '~/a.js'],
      ['lone.js.map', '~/lone.js.map'],
    ]);
    expect(record.uploadedMaps.map((path) => basename(path))).toEqual(['a.js.map', 'lone.js.map']);
  });

  it('of no files at all is empty and nobody is asked to assemble', async () => {
    const server = new FakeServer();
    const record = await uploadSourceMaps(makePlan({}), request, depsFor(server));
    expect(record).toMatchObject({ bundles: [], files: 0, chunksSent: 0 });
    expect(server.assembles).toEqual([]);
  });

  it('comes with a progress line at most once a second', async () => {
    let now = 0;
    const tick = (): number => {
      now += 400;
      return now;
    };
    const clock = { now: tick, random: () => 0, sleep: () => Promise.resolve() };
    const log = recordingLog();
    await uploadSourceMaps(makePlan(manyFiles(200)), request, depsFor(new FakeServer(), 0, { clock, log }));
    const lines = log.lines.filter((line) => line.startsWith('Packed'));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThanOrEqual(now / 1000);
    for (const line of lines)
      expect(line).toMatch(/^Packed \d+ of \d+ files \([\d.]+ MB\), sent [\d.]+ MB compressed \([\d.]+ MB\/s\)$/);
  });

  it('goes on saying so while the last chunks are sent, long after the last file was packed', async () => {
    const plan = makePlan(manyFiles(60));
    const server = new FakeServer({ chunksPerRequest: 1, concurrency: 1 });
    let now = 0;
    const keep = server.keep;
    server.keep = (sha1) => {
      now += 1500;
      return keep(sha1);
    };
    const clock = { now: () => now, random: () => 0, sleep: () => Promise.resolve() };
    const log = recordingLog();
    await uploadSourceMaps(plan, request, depsFor(server, 0, { clock, log }));
    const last = log.lines.filter((line) => line.startsWith(`Packed ${plan.files} of ${plan.files} files`));
    expect(last.length).toBeGreaterThan(1);
    expect(last.at(-1)).not.toContain('sent 0.0 MB');
  });
});

it('tells a release from another in the manifest alone: same bundle id, other checksum', async () => {
  const plan = makePlan(manyFiles(3));
  const server = new FakeServer();
  const records = [];
  for (const projects of [['web'], ['api'], ['api', 'web']]) {
    records.push(await uploadSourceMaps(plan, { ...request, projects }, depsFor(server)));
  }
  expect(new Set(records.map(({ bundles }) => bundles[0]?.checksum)).size).toBe(3);
  expect(new Set(records.map(({ bundles }) => bundles[0]?.bundleId)).size).toBe(1);
  expect(statSync(plan.foreseen[0]?.js.path ?? '').size).toBe(readFileSync(plan.foreseen[0]?.js.path ?? '').length);
});
