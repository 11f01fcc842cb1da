/** Runs the built action on a sandbox, and reads what a person would: the log by groups, the rows of the summary, the sandbox's page. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { SandboxConfig } from '../../sandbox/config.js';
import { type Sandbox, startSandbox } from '../../sandbox/server.js';
import type { Organization } from '../../sandbox/state/types.js';
import { STEP_TITLES } from '../../src/report/charts.js';
import { closingLines } from '../../src/report/closing.js';
import { bytes, count, duration } from '../../src/report/format.js';
import { outputsOf } from '../../src/report/outputs.js';
import type { RunReport } from '../../src/report/report.js';
import { renderSummary } from '../../src/report/summary.js';
import { type Schema, violations } from '../meta/json-schema.js';
import { exampleWorkspace, initCheckout, PROJECT } from '../support/workspace.js';
import { type RunOptions, type RunResult, runAction } from './harness.js';

const schema = JSON.parse(readFileSync(join(PROJECT, 'docs', 'report.schema.json'), 'utf8')) as Schema;
const TOKEN = `sntryi_${'a9eed0'.repeat(10)}abcd`;
export const RELEASE = 'shop@1.2.3';

export interface Ran {
  readonly result: RunResult;
  readonly report: RunReport;
}

export interface Stage {
  readonly sandbox: Sandbox;
  /** A checkout of three commits, with the example's build in `dist`. */
  readonly workspace: string;
  readonly head: string;
  /** Makes a commit more; answers its id. */
  commit(path: string): string;
  readonly acme: Organization;
  act(inputs?: Readonly<Record<string, string>>, options?: Partial<RunOptions>): Promise<Ran>;
  close(): Promise<void>;
}

/** @param connected whether acme/web is a repository that Sentry can read by itself */
export async function openStage(connected = false): Promise<Stage> {
  const repository = {
    name: 'acme/web',
    provider: 'integrations:github',
    externalSlug: 'acme/web',
    integrationId: '1',
  };
  const config: SandboxConfig = {
    organizations: [
      { slug: 'acme', projects: [{ slug: 'web' }, { slug: 'api' }], repositories: connected ? [repository] : [] },
    ],
    tokens: [{ kind: 'integration', org: 'acme', token: TOKEN, scopes: ['org:read', 'project:releases'] }],
  };
  const sandbox = await startSandbox(config);
  const acme = sandbox.state.organizations.get('acme');
  if (!acme) throw new Error('the sandbox has no acme');
  const workspace = exampleWorkspace('agreement');
  const { commit } = initCheckout(workspace);
  const head = ['a.txt', 'b.txt', 'c.txt'].map((path) => commit(path)).at(-1) ?? '';
  return {
    ...{ sandbox, workspace, head, commit, acme },
    async act(inputs = {}, options = {}) {
      const result = await runAction({
        cwd: workspace,
        ...options,
        inputs: { ...standard(sandbox.url), ...inputs },
        env: { GITHUB_REPOSITORY: 'acme/web', GITHUB_SHA: head, ...options.env },
      });
      await sandbox.idle();
      return { result, report: result.report as RunReport };
    },
    async close() {
      await sandbox.close();
      rmSync(workspace, { recursive: true });
    },
  };
}

const standard = (url: string) => ({
  ...{ auth_token: TOKEN, url, org: 'acme', projects: 'web, api', release: RELEASE, environment: 'production' },
  // Without a token GitHub is not asked: the commits are those of the clone.
  ...{ sourcemaps: 'dist', wait: 'true', verify: 'true', github_token: '' },
});

/** Log, summary, outputs and report are one story, whatever it is, and the report is as its schema says. */
export function expectOneStory({ result, report }: Ran): void {
  expect(violations(report, schema)).toEqual([]);
  expect(result.outputs).toEqual(outputsOf(report, result.outputs['report']));
  expect(result.summary.trim()).toBe(renderSummary(report).trim());
  expect(result.log.trimEnd().split('\n').slice(-closing({ result, report }).length)).toEqual(
    closing({ result, report }),
  );
  for (const { name, status, durationMs, detail } of report.steps) {
    const lines = groupsOf(result.log).get(STEP_TITLES[name]) ?? [];
    const ran = status !== 'skipped' && status !== 'not-run';
    const took = `${status === 'failed' ? 'Stopped after' : 'Took'} ${duration(durationMs)}`;
    expect([name, lines.filter((line) => /^(?:Took|Stopped after) /.test(line))]).toEqual([name, ran ? [took] : []]);
    const row = result.summary
      .split('\n')
      .find((line) => line.startsWith(`| ${STEP_TITLES[name].replaceAll(' ', '&nbsp;')} |`));
    expect([name, row?.split(' | ')[2]]).toEqual([
      name,
      ran ? duration(durationMs).replaceAll(' ', '&nbsp;') : undefined,
    ]);
    if (ran && name !== 'sourcemaps' && status !== 'failed') expect(lines).toContain(detail);
  }
  expectSameUpload({ result, report });
  for (const { reason, waitMs } of report.traffic.waits)
    expect(result.summary).toContain(`${reason} | ${duration(waitMs)}`);
  const severities = (level: string) => report.problems.filter(({ severity }) => severity === level).length;
  const shown = (level: string) => result.annotations.filter(({ severity }) => severity === level).length;
  expect(shown('warning') + shown('error')).toBe(severities('warning') + severities('error'));
}

const closing = ({ result, report }: Ran) => closingLines(report, result.outputs['report']);

/** What the log says of the bundle and of what was sent, in the report's numbers. */
function expectSameUpload({ result, report }: Ran): void {
  const upload = report.sourcemaps?.upload;
  if (!upload) return;
  const lines = groupsOf(result.log).get('Source maps') ?? [];
  for (const { bundleId, bytes: size, chunks, files } of upload.bundles) {
    const said = `Bundle ${bundleId}: ${count(files, 'file')}, ${bytes(size)} in ${count(chunks, 'chunk')}; `;
    expect(lines.filter((line) => line.startsWith(said))).toHaveLength(1);
  }
  if (report.result === 'dry-run') return;
  expect(lines).toContain(
    `Sent ${count(upload.chunksSent, 'chunk')} (${bytes(upload.uploadedBytes)}, ${bytes(upload.wireBytes)} on the wire), ` +
      `re-used ${count(upload.chunksReused, 'chunk')} (${bytes(upload.reusedBytes)})`,
  );
}

/** The lines of each group of a log, as GitHub folds them. */
export function groupsOf(log: string): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  let open: string[] | undefined;
  for (const line of log.split('\n')) {
    const title = /^##\[group\](.*)$/.exec(line)?.[1];
    if (title === undefined && line !== '##[endgroup]') open?.push(line);
    else open = title === undefined ? undefined : [];
    if (title !== undefined && open !== undefined) groups.set(title, open);
  }
  return groups;
}

/** A part of the sandbox's page, by its heading: as text, one space between words. */
export async function panel(url: string, heading: string): Promise<string | undefined> {
  const page = await (await fetch(url)).text();
  const sections = page.split('<section class="panel">').map((section) => section.split('</section>')[0] ?? '');
  const found = sections.find((section) => /<h3>(.*?)<\/h3>/.exec(section)?.[1]?.replace(/<[^>]+>/g, '') === heading);
  return found
    ?.replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
