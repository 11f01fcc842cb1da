import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { assembleBody, call, ID, send, sha1, smallBundle, start, stopAll, upload } from './client.js';

afterEach(stopAll);

describe('chunks and bundles', () => {
  it('go through not_found, created and ok, and leave the same bytes on disk', async () => {
    const sandbox = await start();
    const bytes = smallBundle();
    const [first, second] = [bytes.subarray(0, 100), bytes.subarray(100)];
    const body = { ...assembleBody(bytes), chunks: [sha1(first), sha1(second)] };
    const ask = () => call(sandbox, 'POST', 'artifactbundle/assemble/', body);
    await upload(sandbox, [second]);
    expect((await ask()).json).toEqual({ state: 'not_found', missingChunks: [sha1(first)] });
    await upload(sandbox, [first, second]);
    expect((await ask()).json).toEqual({ state: 'created', missingChunks: [] });
    await sandbox.idle();
    expect((await ask()).json).toEqual({ state: 'ok', detail: null, missingChunks: [] });
    const [bundle] = sandbox.state.organizations.get('acme')?.bundles ?? [];
    expect(readFileSync(bundle?.archive.path ?? '')).toEqual(bytes);
    expect(bundle?.releases).toEqual([{ release: '1.0', dist: '' }]);
    expect(bundle?.debugIds.map((row) => [row.debugId, row.type])).toEqual([
      [ID, 'minified_source'],
      [ID, 'source_map'],
    ]);
    const served = await fetch(`${sandbox.url}/_sandbox/bundles/${sha1(bytes)}`);
    expect(Buffer.from(await served.arrayBuffer())).toEqual(bytes);
  });

  it('are answered from memory for ten minutes, whatever release is asked for then, and not after', async () => {
    const sandbox = await start();
    const bytes = smallBundle();
    await send(sandbox, bytes);
    const other = assembleBody(bytes, { version: '2.0' });
    expect((await call(sandbox, 'POST', 'artifactbundle/assemble/', other)).json).toMatchObject({ state: 'ok' });
    expect(sandbox.state.organizations.get('acme')?.bundles[0]?.releases).toHaveLength(1);
    sandbox.clock.advance(600_000);
    expect((await call(sandbox, 'POST', 'artifactbundle/assemble/', other)).json).toMatchObject({ state: 'created' });
    await sandbox.idle();
    expect(sandbox.state.organizations.get('acme')?.bundles[0]?.releases).toHaveLength(2);
  });

  it('keep an error for the same bytes', async () => {
    const sandbox = await start();
    const bytes = Buffer.from('no bundle at all');
    const wanted = { state: 'error', detail: 'the bundle is invalid', missingChunks: [] };
    expect((await send(sandbox, bytes)).json).toEqual(wanted);
    expect((await send(sandbox, bytes)).json).toEqual(wanted);
  });

  it('may stand behind a SYSB prefix, with offsets that do not count it', async () => {
    const sandbox = await start();
    expect((await send(sandbox, smallBundle({ prefixed: true }))).json).toMatchObject({ state: 'ok' });
    const [bundle] = sandbox.state.organizations.get('acme')?.bundles ?? [];
    expect((await bundle?.archive.read('files/0/app.js'))?.toString()).toBe('content 0');
  });

  it('may hold deflated entries', async () => {
    const sandbox = await start();
    const bytes = deflatedManifest(JSON.stringify({ files: { a: { url: '~/a.js', type: 'source' } } }));
    expect((await send(sandbox, bytes)).json).toMatchObject({ state: 'ok' });
    const [bundle] = sandbox.state.organizations.get('acme')?.bundles ?? [];
    expect(bundle?.files[0]?.url).toBe('~/a.js');
  });

  it.each([
    ['cut off in the middle', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ['with a directory that points beyond the file', (bytes: Buffer) => patched(bytes, bytes.length - 6, 0x7fffffff)],
    ['with a directory larger than the file', (bytes: Buffer) => patched(bytes, bytes.length - 10, 0x7fffffff)],
    ['of no bytes but the end', (bytes: Buffer) => bytes.subarray(-22)],
  ])('end as invalid when %s', async (_what, damage) => {
    const sandbox = await start();
    expect((await send(sandbox, Buffer.from(damage(smallBundle())))).json).toMatchObject({
      state: 'error',
      detail: 'the bundle is invalid',
    });
  });

  it('name files that are not in the archive: taken as Sentry does, refused with lintBundles', async () => {
    const files = [{ url: '~/gone.js', type: 'source', debugId: ID, inZip: false }];
    const loose = await start();
    expect((await send(loose, smallBundle({ files }))).json).toMatchObject({ state: 'ok' });
    const strict = await start({ options: { lintBundles: true } });
    const answer = await send(strict, smallBundle({ files }));
    expect(answer.json).toMatchObject({ state: 'error', detail: expect.stringContaining('not in the archive') });
  });
});

function patched(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt32LE(value, at);
  return copy;
}

/** A zip with one deflated entry, written field by field. */
function deflatedManifest(text: string): Buffer {
  const packed = deflateRawSync(text);
  const name = Buffer.from('manifest.json');
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(8, 4);
  fields.writeUInt32LE(packed.length, 14);
  fields.writeUInt32LE(Buffer.byteLength(text), 18);
  fields.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, name, packed]);
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), fields, Buffer.alloc(14), name]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}
