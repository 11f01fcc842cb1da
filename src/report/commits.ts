import type { RunReport } from './report.js';

/**
 * How many commits the run knows to be in the release; undefined when nobody can say. Sentry reads the commits of a connected
 * repository by itself, after this run: until then it counts none, and a dry run only knows the range's last one.
 */
export function countedCommits({ commits, result }: Pick<RunReport, 'commits' | 'result'>): number | undefined {
  if (commits === null) return undefined;
  const unread = commits.source === 'integration' && (commits.count === 0 || result === 'dry-run');
  return unread ? undefined : commits.count;
}
