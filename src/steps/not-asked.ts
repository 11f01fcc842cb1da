import type { Inputs } from '../inputs/inputs.js';
import type { StepName } from '../report/report.js';

/**
 * The steps that the inputs leave out, each with the reason a person reads. Known before the first request, so that a run that
 * ends early names as missing only what was wanted of it.
 */
export function notAsked(inputs: Inputs): ReadonlyMap<StepName, string> {
  const { commits, createRelease, deploy, finalize, sourcemaps } = inputs;
  const release = createRelease ? undefined : 'create_release is false';
  const uploads = sourcemaps.patterns.length > 0;
  const reasons: Readonly<Partial<Record<StepName, string | undefined>>> = {
    release,
    commits: release ?? (commits.mode === 'skip' ? 'set_commits is skip' : undefined),
    sourcemaps: uploads ? undefined : 'no sourcemaps given',
    verify: sourcemaps.verify ? (uploads ? undefined : 'no sourcemaps given') : 'verify is false',
    deploy: release ?? (deploy.environments.length === 0 ? 'no environment given' : undefined),
    finalize: release ?? (finalize ? undefined : 'finalize is false'),
    'verify-url': sourcemaps.verifyUrl === undefined ? 'no verify_url given' : undefined,
  };
  const left = Object.entries(reasons).filter((entry): entry is [StepName, string] => entry[1] !== undefined);
  return new Map(left);
}
