import fc from 'fast-check';
import { ByteBlocks } from '../../../src/upload/byte-blocks.js';

it('gives back what was appended, in blocks of one length of which only the last is shorter', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), fc.integer({ min: 1, max: 16 }), (parts, blockBytes) => {
      const blocks = new ByteBlocks(blockBytes);
      for (const part of parts) blocks.append(part);
      const all = Buffer.concat(parts);
      expect(blocks.length).toBe(all.length);
      const given = blocks.blocks();
      expect(Buffer.concat(given).equals(all)).toBe(true);
      expect(given.map(({ length }) => length).slice(0, -1)).toEqual(
        Array<number>(Math.max(0, given.length - 1)).fill(blockBytes),
      );
      expect(given.at(-1)?.length ?? blockBytes).toBeGreaterThan(0);
    }),
  );
});

it('keeps nothing of what it was given: the memory may be used again', () => {
  const blocks = new ByteBlocks(4);
  const part = Uint8Array.of(1, 2, 3, 4, 5);
  blocks.append(part);
  part.fill(9);
  expect(Buffer.concat(blocks.blocks())).toEqual(Buffer.of(1, 2, 3, 4, 5));
});
