import { chunkBody } from '../../../src/sentry/multipart.js';

const sha1 = 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3';
const body = Buffer.from('test');
const text = (pieces: readonly Uint8Array[]) => Buffer.concat(pieces).toString('latin1');

it.each([
  ['none', 'file', undefined],
  ['zstd', 'file', 'zstd'],
  ['gzip', 'file_gzip', undefined],
] as const)('encoding %s goes as the part name and header Sentry reads it by', (encoding, name, header) => {
  const { headers, pieces } = chunkBody([{ sha1, body }], encoding, 'B');
  expect(text(pieces)).toBe(
    `--B\r\nContent-Disposition: form-data; name="${name}"; filename="${sha1}"\r\nContent-Type: application/octet-stream\r\n\r\ntest\r\n--B--\r\n`,
  );
  expect(headers['content-encoding']).toBe(header);
  expect(headers['content-type']).toBe('multipart/form-data; boundary=B');
});

it('sends the bytes from where they lie, without a copy', () => {
  expect(chunkBody([{ sha1, body }], 'none', 'B').pieces).toContain(body);
});

it('has a part for each chunk, in order', () => {
  const parts = ['one', 'two', 'three'].map((word) => ({ sha1, body: Buffer.from(word) }));
  expect(text(chunkBody(parts, 'none', 'B').pieces).match(/one|two|three/g)).toEqual(['one', 'two', 'three']);
});
