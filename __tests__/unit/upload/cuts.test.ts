import fc from 'fast-check';
import type { ForeseenUnit, SourceFile, Unit } from '../../../src/sourcemaps/types.js';
import { endsChunk, hashText, startsChunk, targetFor } from '../../../src/upload/cuts.js';
import { divide, urlOf } from '../../../src/upload/divide.js';
import { chooseSettings } from '../../../src/upload/settings.js';
import { sentryOptions } from './support/fake-server.js';

const KIB = 1024;
const TARGET = 64 * KIB;

function file(name: string, size: number, kind: 'js' | 'map'): SourceFile {
  return { path: `/${name}`, name, url: `~/${name}`, size, mtimeMs: 0, kind };
}

/** Units of these sizes; the map takes two thirds. */
function unitsOf(sizes: readonly number[]): readonly Unit[] {
  return sizes.map((size, index) => {
    const name = `u${String(index).padStart(5, '0')}.js`;
    const js = Math.floor(size / 3);
    return { js: file(name, js, 'js'), map: file(`${name}.map`, size - js, 'map') };
  });
}

/** Indexes after which the archive is cut, given edited sizes. */
function bordersOf(units: readonly Unit[], edited: readonly number[]): ReadonlySet<number> {
  const borders = new Set<number>([units.length]);
  units.forEach((unit, index) => {
    const bytes = edited[index] ?? 0;
    if (startsChunk(bytes, TARGET)) borders.add(index);
    if (endsChunk(hashText(urlOf(unit)), bytes, TARGET)) borders.add(index + 1);
  });
  return borders;
}

const sizes = fc.array(fc.oneof(fc.integer({ min: 0, max: 4000 }), fc.integer({ min: 0, max: 300 * KIB })), {
  minLength: 1,
  maxLength: 400,
});

describe('shares of work', () => {
  it('end only where the archive is cut anyway, however much the edits lengthen the files', () => {
    fc.assert(
      fc.property(sizes, fc.double({ min: 1, max: 3, noNaN: true }), fc.nat(5000), (onDisk, growth, extra) => {
        const units = unitsOf(onDisk);
        const borders = bordersOf(
          units,
          onDisk.map((size) => Math.ceil(size * growth) + extra),
        );
        let end = 0;
        for (const share of divide(units, { targetBytes: TARGET, shareBytes: 1 << 20 })) {
          end += share.units.length;
          expect(borders).toContain(end);
        }
      }),
    );
  });

  it('cover all units once, in order', () => {
    fc.assert(
      fc.property(sizes, fc.boolean(), (onDisk, blind) => {
        const units = unitsOf(onDisk);
        const shares = divide(units, { targetBytes: blind ? undefined : TARGET, shareBytes: 1 << 20 }, 7);
        expect(shares.flatMap((share) => share.units)).toEqual(units);
        expect(shares.map(({ number }) => number)).toEqual(shares.map((_, index) => index + 7));
      }),
    );
  });

  it('stay near their size when the files are small', () => {
    const shares = divide(unitsOf(Array.from({ length: 20_000 }, (_, i) => 2000 + (i % 7) * 900)), {
      targetBytes: TARGET,
      shareBytes: 1 << 20,
    });
    const biggest = Math.max(...shares.map(({ expectedBytes }) => expectedBytes));
    expect(biggest).toBeLessThan(3 << 20);
    expect(shares.length).toBeGreaterThan(100);
  });
});

describe('borders', () => {
  it('come out near the target for files of any size', () => {
    for (const size of [1500, 6000, 20_000, 50_000]) {
      const units = unitsOf(Array.from({ length: 4000 }, () => size));
      const average =
        (4000 * size) /
        bordersOf(
          units,
          units.map(() => size),
        ).size;
      expect(average).toBeGreaterThan(TARGET / 2);
      expect(average).toBeLessThan(TARGET * 3);
    }
  });

  it('put a unit of the target’s size or more in a chunk of its own', () => {
    expect(startsChunk(TARGET, TARGET)).toBe(true);
    expect([0, 1, 2 ** 31, 2 ** 32 - 1].every((hash) => endsChunk(hash, TARGET, TARGET))).toBe(true);
  });

  it('are further apart in builds of very many units, so that the server’s lists stay short', () => {
    expect([10, 16_384, 16_385, 50_000, 10_000_000].map(targetFor)).toEqual(
      [64, 64, 128, 256, 512].map((n) => n * KIB),
    );
  });

  it('are as far apart whether pairs are foreseen by their names or found later', () => {
    const js = { path: '', name: '', url: '', size: 1, mtimeMs: 1, kind: 'js' } as const;
    const map = { ...js, kind: 'map' } as const;
    const foreseen = Array<ForeseenUnit>(10_000).fill({ js, map, foreseen: true });
    const target = (pairs: number) =>
      chooseSettings(sentryOptions, { foreseen, others: Array(pairs).fill([js, map]).flat() }, false).divide
        .targetBytes;
    expect([6_384, 6_385].map(target)).toEqual([64 * KIB, 128 * KIB]);
  });
});
