import type { AttemptLimits } from './transport.js';

/** All times of the HTTP layer, in milliseconds; tests scale them. */
export interface Timeouts {
  /** Name, TCP, proxy and TLS. @default 10000 */
  readonly connectMs: number;
  /** From the last byte sent to the first of the answer. @default 60000 */
  readonly firstByteMs: number;
  /** The same for assemble, which may work before it answers. @default 120000 */
  readonly assembleFirstByteMs: number;
  /** One attempt as a whole. @default 60000; assemble: first byte + 30 s */
  readonly attemptMs: number;
  /** One attempt of a chunk request. @default 300000 */
  readonly chunkAttemptMs: number;
  /** No byte of the body got away. @default 60000 */
  readonly stallMs: number;
}

export const DEFAULT_TIMEOUTS: Timeouts = {
  connectMs: 10_000,
  firstByteMs: 60_000,
  assembleFirstByteMs: 120_000,
  attemptMs: 60_000,
  chunkAttemptMs: 300_000,
  stallMs: 60_000,
};

const MIB = 1024 * 1024;

/** Bounds of one attempt, by what is asked. */
export function attemptLimits(kind: 'plain' | 'small' | 'assemble' | 'chunks', timeouts: Timeouts): AttemptLimits {
  const { firstByteMs, stallMs } = timeouts;
  const plain = { firstByteMs, stallMs, attemptMs: timeouts.attemptMs, maxBytes: 8 * MIB };
  switch (kind) {
    case 'plain':
      return plain;
    case 'small':
      return { ...plain, maxBytes: MIB };
    case 'assemble':
      return {
        ...plain,
        firstByteMs: timeouts.assembleFirstByteMs,
        attemptMs: timeouts.assembleFirstByteMs + timeouts.attemptMs / 2,
        maxBytes: MIB,
      };
    case 'chunks':
      return { ...plain, attemptMs: timeouts.chunkAttemptMs, maxBytes: MIB };
  }
}
