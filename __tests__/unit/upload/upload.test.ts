import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { uploadSourceMaps } from '../../../src/upload/upload.js';
import { depsFor, type Files, makePlan, manyFiles, noise, removeBuilds, request } from './support/build.js';
import { FakeServer } from './support/fake-server.js';
import { referenceArchive } from './support/reference-archive.js';

afterEach(removeBuilds);

const KIB = 1024;

describe('the assembled archive', () => {
  it.each([0, 1, 2])('is byte-equal to the reference writer’s with %i worker threads', async (threads) => {
    const plan = makePlan(manyFiles(120));
    const server = new FakeServer();
    const record = await uploadSourceMaps(plan, request, depsFor(server, threads));
    expect(server.archives).toHaveLength(1);
    expect(server.archives[0]?.equals(referenceArchive(plan, request))).toBe(true);
    expect(record.bundles[0]?.checksum).toBe(createHash('sha1').update(referenceArchive(plan, request)).digest('hex'));
  });

  describe('with files bigger than the memory that chunks wait in', () => {
    const MIB = KIB * KIB;
    const files = {
      ...manyFiles(60),
      'chunks/part-00010-a.js': noise(1, MIB),
      'chunks/part-00010-a.js.map': noise(2, 11 * MIB),
      'chunks/part-00010-b.js': noise(3, 9 * MIB),
      'chunks/part-00020.min.js': noise(4, 3 * MIB),
      'chunks/part-00020.min.js.map': noise(5, 35 * MIB),
    };

    it.each([0, 1, 2])('is whole with %i worker threads, and nothing of it is sent twice', async (threads) => {
      const plan = makePlan(files);
      const server = new FakeServer();
      const expected = referenceArchive(plan, request);
      const cold = await uploadSourceMaps(plan, request, depsFor(server, threads));
      expect(server.archives[0]?.equals(expected)).toBe(true);
      expect(server.sentBytes).toBe(expected.length);
      expect(cold.chunksReused).toBe(0);
      const again = await uploadSourceMaps(plan, request, depsFor(server, threads));
      expect(again).toMatchObject({ chunksSent: 0, bundles: [{ checksum: cold.bundles[0]?.checksum }] });
    });

    it.each([0, 1])('is whole on a server that names no missing chunks, with %i worker threads', async (threads) => {
      const plan = makePlan(files);
      const server = new FakeServer({ namesMissingChunks: false, chunksPerRequest: 1 });
      await uploadSourceMaps(plan, request, depsFor(server, threads));
      expect(server.archives[0]?.equals(referenceArchive(plan, request))).toBe(true);
    });

    it.each([0, 1])('is counted by a dry run, with %i worker threads', async (threads) => {
      const plan = makePlan(files);
      const record = await uploadSourceMaps(plan, { ...request, dryRun: true }, depsFor(new FakeServer(), threads));
      expect(record.bundles).toMatchObject([{ state: 'planned', bytes: referenceArchive(plan, request).length }]);
    });

    it('is made again from the files when the server forgets all of it', async () => {
      const plan = makePlan(files);
      const server = new FakeServer();
      const expected = referenceArchive(plan, request);
      const checksum = createHash('sha1').update(expected).digest('hex');
      server.answer = (asked) => {
        if (asked.checksum === checksum) {
          server.answer = FakeServer.prototype.answer;
          server.chunks.clear();
        }
        return FakeServer.prototype.answer.call(server, asked);
      };
      await uploadSourceMaps(plan, request, depsFor(server, 1));
      expect(server.archives[0]?.equals(expected)).toBe(true);
      expect(server.sentBytes).toBe(expected.length * 2);
    });
  });

  it('is byte-equal to the reference writer’s for any files, chunk sizes and request limits', async () => {
    const name = fc.stringMatching(/^[a-z]{1,3}(\/[a-z]{1,2})?\.js(\.map)?$/);
    const bytes = fc.oneof(
      { weight: 12, arbitrary: fc.uint8Array({ maxLength: 3000 }) },
      { weight: 1, arbitrary: fc.tuple(fc.nat(), fc.integer({ min: 1, max: 1_500_000 })).map(([s, n]) => noise(s, n)) },
    );
    const files = fc.dictionary(name, bytes, { minKeys: 1, maxKeys: 12, noNullPrototype: true });
    const limits = fc.record({
      chunkSize: fc.integer({ min: KIB, max: 8 * KIB * KIB }),
      chunksPerRequest: fc.integer({ min: 1, max: 64 }),
      concurrency: fc.integer({ min: 1, max: 8 }),
      compression: fc.subarray(['gzip' as const], { minLength: 1 }),
      namesMissingChunks: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        files,
        limits,
        fc.array(fc.stringMatching(/^[a-z]{1,5}$/), { minLength: 1, maxLength: 3 }),
        async (given, options, projects) => {
          const plan = makePlan(given);
          const server = new FakeServer({ ...options, maxRequestSize: Math.max(options.chunkSize, 64 * KIB) });
          await uploadSourceMaps(plan, { ...request, projects }, depsFor(server));
          expect(server.archives[0]?.equals(referenceArchive(plan, { ...request, projects }))).toBe(true);
          expect(server.mostOpen).toBeLessThanOrEqual(options.concurrency);
          removeBuilds();
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe('what is sent', () => {
  const build = (change?: (files: Record<string, Uint8Array>) => void): Files => {
    const files = manyFiles(200);
    change?.(files);
    return files;
  };

  it('is nothing at all when the server has the build', async () => {
    const server = new FakeServer();
    await uploadSourceMaps(makePlan(build()), request, depsFor(server));
    const before = server.requests.length;
    const again = await uploadSourceMaps(makePlan(build()), request, depsFor(server));
    expect(server.requests.length).toBe(before);
    expect(again).toMatchObject({ chunksSent: 0, uploadedBytes: 0, wireBytes: 0 });
    expect(again.reusedBytes).toBe(server.archives[0]?.length);
  });

  it('is about the changed file and the manifest when 1 script of 200 changed', async () => {
    const server = new FakeServer();
    const cold = await uploadSourceMaps(makePlan(build()), request, depsFor(server));
    const changed = build((files) => {
      files['chunks/part-00077.js'] = noise(424_242, 9000);
    });
    const next = await uploadSourceMaps(makePlan(changed), { ...request, release: 'web@1.0.1' }, depsFor(server));
    expect(next.chunksSent).toBeLessThanOrEqual(6);
    expect(next.uploadedBytes / cold.uploadedBytes).toBeLessThan(0.08);
    expect(next.reusedBytes + next.uploadedBytes).toBe(server.archives.at(-1)?.length);
  });

  it('keeps the chunks of all other files when files are added and removed', async () => {
    const server = new FakeServer();
    const cold = await uploadSourceMaps(makePlan(build()), request, depsFor(server));
    const changed = build((files) => {
      delete files['chunks/part-00010.js'];
      delete files['chunks/part-00010.js.map'];
      files['chunks/part-00100-new.js'] = noise(1, 5000);
    });
    const next = await uploadSourceMaps(makePlan(changed), request, depsFor(server));
    expect(next.uploadedBytes / cold.uploadedBytes).toBeLessThan(0.12);
  });

  it('goes once when two files have the same big content', async () => {
    const block = noise(7, 1 << 20);
    const twice = Buffer.concat([block, block, block, block]);
    const plan = makePlan({ 'a.js': twice });
    const server = new FakeServer({ chunkSize: 1 << 18 });
    const record = await uploadSourceMaps(plan, request, depsFor(server));
    expect(server.archives[0]?.equals(referenceArchive(plan, request))).toBe(true);
    const hashes = server.requests.flatMap(({ sha1s }) => sha1s);
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(record.chunksSent + record.chunksReused).toBe(record.bundles[0]?.chunks);
  });
});
