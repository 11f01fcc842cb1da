/** Counters that cost nothing; benchmarks read them. */
export interface Stats {
  requests: number;
  /** Bytes of request bodies. */
  bytesIn: number;
  /** Bytes of answers' bodies. */
  bytesOut: number;
  chunkRequests: number;
  /** Chunk parts seen. */
  chunks: number;
  assembleRequests: number;
  /** Requests open at once, at the highest. */
  peakConcurrency: number;
  open: number;
}

/** All zero. */
export function createStats(): Stats {
  return {
    requests: 0,
    bytesIn: 0,
    bytesOut: 0,
    chunkRequests: 0,
    chunks: 0,
    assembleRequests: 0,
    peakConcurrency: 0,
    open: 0,
  };
}

/** Counts a request in. */
export function enterStats(stats: Stats): void {
  stats.requests += 1;
  stats.open += 1;
  stats.peakConcurrency = Math.max(stats.peakConcurrency, stats.open);
}
