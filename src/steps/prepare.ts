import { createGit } from '../commits/git.js';
import type { GitHubContext } from '../inputs/github.js';
import type { Inputs } from '../inputs/inputs.js';
import { resolveReleaseName } from '../inputs/release-name.js';
import type { Runtime } from '../run.js';
import type { SentryClientOptions } from '../sentry/client.js';
import { resolveTarget } from '../token/target.js';
import { parseToken } from '../token/token.js';
import type { RunContext } from './context.js';

/** Everything that can be decided without a request: whose token, which server, which name. */
export async function prepare(
  inputs: Inputs,
  github: GitHubContext,
  runtime: Runtime,
  signal: AbortSignal,
): Promise<{ readonly context: Omit<RunContext, 'api'>; readonly client: SentryClientOptions }> {
  const { clock, env, journal, log, timeouts, userAgent } = runtime;
  const deadlineAt = clock.now() + inputs.timeoutMs;
  for (const warning of inputs.warnings) log.warning(warning);
  const token = parseToken(inputs.authToken ?? '');
  const target = resolveTarget(inputs, token, log);
  const git = createGit({ cwd: inputs.workingDirectory, env, log, signal });
  const { name, origin } = await resolveReleaseName(inputs, github, { env, git, log, signal });
  log.info(
    inputs.createRelease ? `Release ${name} (${origin})` : 'No release is made or changed (create_release: false)',
  );
  if (inputs.dryRun) log.info('Dry run: nothing is written to Sentry, and no file is changed');
  journal.note({ sentry: { url: target.baseUrl, org: target.org, projects: inputs.projects } });
  return {
    context: {
      inputs,
      github,
      target,
      release: name,
      journal,
      log,
      clock,
      signal,
      deadlineAt,
      git,
      env,
      userAgent,
    },
    client: {
      baseUrl: target.baseUrl,
      org: target.org,
      authToken: token.value,
      allows: (url) => target.allows(url),
      userAgent,
      env,
      log,
      clock,
      signal,
      deadlineAt,
      ...(timeouts === undefined ? {} : { timeouts }),
    },
  };
}
