import fc from 'fast-check';
import { boundaryOf, createMultipart } from '../../sandbox/http/multipart.js';

const BOUNDARY = 'x-7d';

interface Part {
  readonly name: string;
  readonly filename: string | undefined;
  readonly body: Buffer;
}

function form(parts: readonly Part[]): Buffer {
  const pieces = parts.flatMap(({ name, filename, body }) => [
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"`),
    Buffer.from(filename === undefined ? '\r\n\r\n' : `; filename="${filename}"\r\nContent-Type: a/b\r\n\r\n`),
    body,
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...pieces, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}

function parse(bytes: Buffer, cuts: readonly number[]): Part[] {
  const found: Part[] = [];
  const parser = createMultipart(BOUNDARY, ({ name = '', filename }) => {
    const pieces: Buffer[] = [];
    return {
      write: (piece) => void pieces.push(Buffer.from(piece)),
      end: () => void found.push({ name, filename, body: Buffer.concat(pieces) }),
    };
  });
  const borders = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  borders.slice(1).forEach((end, index) => {
    parser.write(bytes.subarray(borders[index] ?? 0, end));
  });
  parser.end();
  return found;
}

const partArbitrary = fc.record({
  name: fc.constantFrom('file', 'file_gzip', 'x'),
  filename: fc.constantFrom(undefined, 'a'.repeat(40), 'b'),
  // Bodies that look like the boundary's beginning are the hard ones.
  body: fc
    .array(fc.constantFrom('\r\n', '--', BOUNDARY, `\r\n--${BOUNDARY.slice(0, 2)}`, 'a', '\0'), { maxLength: 8 })
    .map((pieces) => Buffer.from(pieces.join('')))
    .filter((body) => !`\r\n${body.toString()}`.includes(`\r\n--${BOUNDARY}`)),
});

describe('the multipart parser', () => {
  it('finds the same parts however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(partArbitrary, { maxLength: 5 }), fc.array(fc.nat(), { maxLength: 12 }), (parts, cuts) => {
        expect(parse(form(parts), cuts)).toEqual(parts);
      }),
      { numRuns: 500 },
    );
  });

  it('refuses a form that breaks off', () => {
    const bytes = form([{ name: 'file', filename: 'a', body: Buffer.from('content') }]);
    expect(() => parse(bytes.subarray(0, bytes.length - 8), [])).toThrow();
  });

  it('reads the boundary with and without quotes', () => {
    expect(boundaryOf('multipart/form-data; boundary="a b"')).toBe('a b');
    expect(boundaryOf('multipart/form-data; charset=utf-8; boundary=ab')).toBe('ab');
    expect(boundaryOf('application/json')).toBeUndefined();
    expect(() => boundaryOf('multipart/form-data')).toThrow();
  });
});
