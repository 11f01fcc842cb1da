import { countedCommits } from './commits.js';
import type { RunReport } from './report.js';

/** Every output of action.yml, in its order; a test holds the two equal. */
export const OUTPUT_NAMES = [
  'release',
  'version',
  'release_url',
  'deploy_id',
  'commits',
  'commits_source',
  'files',
  'bundle_id',
  'uploaded_bytes',
  'reused_bytes',
  'result',
  'report',
] as const;

export type OutputName = (typeof OUTPUT_NAMES)[number];

/** What later steps read. An output that is not known (the run ended before, or it was not asked for) is left out. */
export function outputsOf(
  report: RunReport,
  reportPath: string | undefined,
): Readonly<Partial<Record<OutputName, string>>> {
  const { release, commits, deploys } = report;
  const upload = report.sourcemaps?.upload;
  const counted = countedCommits(report);
  return {
    ...(release && { release: release.version, version: release.version, release_url: release.url }),
    ...(deploys.length > 0 && { deploy_id: deploys.map(({ id }) => id).join(',') }),
    ...(counted !== undefined && { commits: String(counted) }),
    ...(commits && { commits_source: commits.source }),
    ...(upload && {
      files: String(upload.files),
      bundle_id: upload.bundles.map(({ bundleId }) => bundleId).join(','),
      uploaded_bytes: String(upload.uploadedBytes),
      reused_bytes: String(upload.reusedBytes),
    }),
    result: report.result,
    ...(reportPath === undefined ? {} : { report: reportPath }),
  };
}
