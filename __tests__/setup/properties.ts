import fc from 'fast-check';

/**
 * The seed of every property test. Fixed, so that a change is red because of what it changes and not because of luck; another one with
 * `FAST_CHECK_SEED=<number>`, or `FAST_CHECK_SEED=random`, which draws one per test file and says which.
 */
const FIXED_SEED = 20_261_123;

function seedOf(wanted: string | undefined): number {
  if (wanted === undefined || wanted === '') return FIXED_SEED;
  const seed = wanted === 'random' ? Math.trunc(Math.random() * 2 ** 31) : Number(wanted);
  if (!Number.isSafeInteger(seed)) throw new Error(`FAST_CHECK_SEED is ${wanted}, not a whole number or "random"`);
  if (wanted === 'random') process.stderr.write(`FAST_CHECK_SEED=${seed}\n`);
  return seed;
}

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: seedOf(process.env['FAST_CHECK_SEED']) });
