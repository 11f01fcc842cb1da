/**
 * Sets the commits of the same release in the same checkout with `sentry-cli releases set-commits --auto` and with the action,
 * and compares what Sentry has afterwards, field by field. docs/commits.md explains the differences.
 *
 *     node --import tsx scripts/compare-commits.ts SENTRY_CLI [DIST]
 *
 * The exit code is 1 when a field differs without an explanation, or an explained difference is gone.
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DEFAULT_GITHUB_TOKEN, runAction } from '../__tests__/e2e/harness.js';
import { checkout, makeRepo, type Repo, removeRepos, tempDir } from '../__tests__/integration/commits-support.js';
import { startGitHub } from '../sandbox/github.js';
import { type Sandbox, startSandbox } from '../sandbox/server.js';
import type { RefPayload } from '../src/sentry/types.js';
import { CASES, type CompareCase, type Field } from './compare-commits-cases.js';

/** What Sentry has after a client has run. */
type Outcome = Readonly<Record<Field, string>>;

const TOKEN = `sntryi_${'0ff1c1a3'.repeat(8)}`;

async function compareCommits(cli: string, dist: string | undefined): Promise<boolean> {
  let good = true;
  for (const test of CASES) {
    const repo = makeRepo(test.steps);
    const theirs = await inSandbox(test, repo, async (sandbox, dir) => await runCli(cli, sandbox, dir, test, repo));
    const ours = await inSandbox(test, repo, async (sandbox, dir) => await runOurs(dist, sandbox, dir, test, repo));
    good = report(test, repo, theirs, ours) && good;
  }
  removeRepos();
  return good;
}

async function inSandbox(
  test: CompareCase,
  repo: Repo,
  run: (sandbox: Sandbox, dir: string) => Promise<number | null>,
): Promise<Outcome> {
  const sandbox = await startSandbox({
    organizations: [{ slug: 'acme', projects: [{ slug: 'web' }], repositories: test.repositories ?? [] }],
    tokens: [{ kind: 'integration', org: 'acme', token: TOKEN, scopes: ['org:read', 'project:releases'] }],
  });
  try {
    if (test.previous !== undefined)
      await post(sandbox, 'web@1', [
        { id: repo.sha(test.previous), repository: test.previousRepository ?? 'acme/web' },
      ]);
    await post(sandbox, 'web@2', test.already);
    const exit = await run(sandbox, checkoutOf(test, repo));
    return outcome(sandbox, exit);
  } finally {
    await sandbox.close();
  }
}

function checkoutOf({ head, depth }: CompareCase, repo: Repo): string {
  repo.git('update-ref', 'refs/heads/head', repo.sha(head));
  return checkout(repo, 'head', depth);
}

async function post(
  sandbox: Sandbox,
  version: string,
  commits?: readonly { id: string; repository: string }[],
): Promise<void> {
  await fetch(`${sandbox.url}/api/0/organizations/acme/releases/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ version, projects: ['web'], ...(commits === undefined ? {} : { commits }) }),
  });
}

/** What GitHub says of the run, to both. */
function eventOf({ head, pullRequest, isMerged = false }: CompareCase, repo: Repo) {
  const sha = repo.sha(pullRequest ?? head);
  const result = { merged: isMerged, merge_commit_sha: repo.sha(head) };
  const push = { event: {}, env: { GITHUB_EVENT_NAME: 'push', GITHUB_REF: 'refs/heads/main' } };
  const pull = {
    event: { number: 7, pull_request: { head: { sha }, ...result } },
    env: { GITHUB_EVENT_NAME: 'pull_request', GITHUB_REF: isMerged ? 'refs/heads/main' : 'refs/pull/7/merge' },
  };
  const { event, env } = pullRequest === undefined ? push : pull;
  return { event, env: { ...env, GITHUB_SHA: repo.sha(head) } };
}

async function runCli(
  cli: string,
  sandbox: Sandbox,
  cwd: string,
  test: CompareCase,
  repo: Repo,
): Promise<number | null> {
  const args = ['releases', 'set-commits', 'web@2', '--auto', ...(test.ignoreMissing ? ['--ignore-missing'] : [])];
  const target = { SENTRY_URL: sandbox.url, SENTRY_AUTH_TOKEN: TOKEN, SENTRY_ORG: 'acme', SENTRY_PROJECT: 'web' };
  const { event, env: github } = eventOf(test, repo);
  const eventPath = join(tempDir(), 'event.json');
  writeFileSync(eventPath, JSON.stringify(event));
  const env = { PATH: process.env['PATH'], HOME: cwd, ...target, ...github, GITHUB_EVENT_PATH: eventPath };
  return await new Promise((resolve, reject) => {
    spawn(cli, args, { cwd, env, stdio: 'ignore' }).once('error', reject).once('close', resolve);
  });
}

async function runOurs(
  dist: string | undefined,
  sandbox: Sandbox,
  cwd: string,
  test: CompareCase,
  repo: Repo,
): Promise<number | null> {
  const github = await startGitHub({
    repositories: [{ name: 'acme/web', dir: repo.dir }],
    tokens: [{ token: DEFAULT_GITHUB_TOKEN }],
  });
  const ignore: Record<string, string> =
    test.ignoreMissing === undefined ? {} : { ignore_missing: String(test.ignoreMissing) };
  const { event, env } = eventOf(test, repo);
  const result = await runAction({
    cwd,
    inputs: {
      auth_token: TOKEN,
      url: sandbox.url,
      org: 'acme',
      projects: 'web',
      release: 'web@2',
      finalize: 'false',
      ...ignore,
    },
    env: {
      ...{ GITHUB_API_URL: github.url, GITHUB_SERVER_URL: 'https://github.com', GITHUB_REPOSITORY: 'acme/web' },
      ...env,
    },
    event,
    ...(dist === undefined ? {} : { dist }),
  });
  await github.close();
  return result.exitCode;
}

function outcome(sandbox: Sandbox, exit: number | null): Outcome {
  const release = sandbox.state.organizations.get('acme')?.releases.get('web@2');
  const commits = release?.commits ?? [];
  const files = (patchSet: readonly { path: string; type: string }[]) =>
    patchSet
      .map(({ type, path }) => `${type} ${path}`)
      .sort()
      .join(', ');
  return {
    exit: String(exit),
    commits: commits.map(({ id }) => id).join(' '),
    repository: [...new Set(commits.map(({ repository }) => repository.name))].sort().join(' '),
    files: commits
      .map(({ id, patchSet }) => `${id}: ${files(patchSet)}`)
      .sort()
      .join('\n'),
    messages: commits
      .map(({ id, message }) => `${id}: ${message?.trimEnd()}`)
      .sort()
      .join('\n'),
    times: commits
      .map(({ id, date }) => `${id}: ${date}`)
      .sort()
      .join('\n'),
    refs: (release?.headCommits ?? [])
      .map(({ repository, commit }) => `${repository.name}@${commit}`)
      .sort()
      .join(' '),
    previous: previousCommits(sandbox),
  };
}

/** What the refs said about where the range begins; Sentry does not keep it. */
function previousCommits(sandbox: Sandbox): string {
  const bodies = sandbox.requests.map(({ json }) => json as { readonly refs?: readonly RefPayload[] } | undefined);
  return bodies
    .flatMap((body) => body?.refs ?? [])
    .map(({ repository, previousCommit }) => `${repository} after ${previousCommit ?? 'nothing'}`)
    .join(' ');
}

function report(test: CompareCase, repo: Repo, theirs: Outcome, ours: Outcome): boolean {
  const named = (text: string) =>
    test.steps.reduce((result, { id }) => result.replaceAll(repo.sha(id), id), text) || '(none)';
  const fields = Object.keys(ours) as Field[];
  const different = fields.filter((field) => ours[field] !== theirs[field]);
  const expected = Object.keys(test.differences);
  const wrong = [
    ...different.filter((field) => !expected.includes(field)).map((field) => `${field}: not explained`),
    ...expected
      .filter((field) => !different.some((other) => other === field))
      .map((field) => `${field}: no difference`),
  ];
  process.stdout.write(`\n${wrong.length === 0 ? 'as explained' : 'WRONG'}: ${test.title}\n`);
  for (const field of different) {
    process.stdout.write(`  ${field}: ${test.differences[field] ?? '?'}\n`);
    process.stdout.write(`    sentry-cli  ${named(theirs[field]).replaceAll('\n', '\n                ')}\n`);
    process.stdout.write(`    the action  ${named(ours[field]).replaceAll('\n', '\n                ')}\n`);
  }
  for (const line of wrong) process.stdout.write(`  ${line}\n`);
  return wrong.length === 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [cli, dist] = process.argv.slice(2);
  if (cli === undefined) throw new Error('Say where sentry-cli is.');
  process.exitCode = (await compareCommits(cli, dist)) ? 0 : 1;
}
