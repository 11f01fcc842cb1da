/**
 * The main job from end to end, with nothing but this machine: a sandbox instead of Sentry, a real build, the action as
 * a runner runs it, the shipped app until it throws, and its minified stack before and after.
 *
 * `npm run demo` ends by itself; `npm run demo -- --keep` leaves the sandbox and its page open until Ctrl-C.
 * Exit code 0 only if every frame of the app comes to the right line of its source.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type RunResult, runAction } from '../__tests__/e2e/harness.js';
import { EXAMPLE, exampleWorkspace, PROJECT } from '../__tests__/support/workspace.js';
import type { SandboxConfig } from '../sandbox/config.js';
import type { FrameResolution, StackResolution } from '../sandbox/resolve.js';
import { type Sandbox, startSandbox } from '../sandbox/server.js';

/** Ignored by git. */
const SAVED_PAGE = join(PROJECT, '.sandbox', 'demo.html');

const TOKEN = `sntryi_${'5e1f0c'.repeat(10)}abcd`;
const COMMIT = '4f1c9a2be0d3576881aa42fbc7e95d60312ffe94';

const SANDBOX: SandboxConfig = {
  organizations: [
    {
      slug: 'acme',
      projects: [{ slug: 'webapp' }],
      repositories: [
        {
          name: 'acme/webapp',
          url: 'https://github.com/acme/webapp',
          provider: 'integrations:github',
          externalSlug: 'acme/webapp',
          history: [
            {
              id: COMMIT,
              message: 'Take SPRING25 coupons at the checkout',
              author_name: 'Ada',
              author_email: 'ada@acme.example',
            },
            { id: 'b0d3'.repeat(10), message: 'Sell coffee', author_name: 'Grace', author_email: 'grace@acme.example' },
          ],
        },
      ],
    },
  ],
  tokens: [
    { kind: 'integration', token: TOKEN, org: 'acme', scopes: ['org:read', 'project:read', 'project:releases'] },
  ],
};

/** The calls that lead to the error, innermost first: where in the source they stand. Lines are found by their text. */
const EXPECTED = [
  { function: 'discountRate', source: 'src/checkout/coupons.ts', text: 'throw new RangeError(' },
  { function: 'priceLine', source: 'src/checkout/pricing.ts', text: 'discountRate(coupon, line.article.category)' },
  { function: 'priceCart', source: 'src/checkout/pricing.ts', text: 'priced.push(priceLine(line, coupon))' },
  { function: 'placeOrder', source: 'src/checkout/order.ts', text: 'priceCart(cart.lines, coupon)' },
  { function: 'checkout', source: 'src/main.ts', text: 'return placeOrder(cart, coupon)' },
  { function: 'buyOneOfEach', source: 'src/main.ts', text: 'return await checkout(cart, coupon)' },
];

async function main(): Promise<void> {
  const keep = process.argv.includes('--keep');
  const workspace = copyBuild();
  const sandbox = await startSandbox(SANDBOX);
  try {
    heading('The action, as a runner runs it');
    const run = await release(workspace, sandbox.url);
    print(run.log);
    const stack = await resolve(sandbox.url, throwInApp(workspace));
    showStacks(stack);
    heading('The job summary');
    print(asText(run.summary));
    const problems = [...checkRun(run, sandbox), ...checkStack(stack)];
    for (const problem of problems) print(`✗ ${problem}`);
    if (problems.length > 0) process.exitCode = 1;
    else print(`✓ ${EXPECTED.length} of ${EXPECTED.length} frames resolve to the right line of the source.`);
    await showPage(sandbox, keep);
  } finally {
    await sandbox.close();
    rmSync(workspace, { recursive: true, force: true });
  }
}

/** A checkout after `npm run build`: the package and its dist folder. The action edits the copy. */
function copyBuild(): string {
  const workspace = exampleWorkspace('demo');
  cpSync(join(EXAMPLE, 'package.json'), join(workspace, 'package.json'));
  return workspace;
}

function release(workspace: string, url: string): Promise<RunResult> {
  return runAction({
    cwd: workspace,
    inputs: {
      auth_token: TOKEN,
      url,
      org: 'acme',
      projects: 'webapp',
      release_from: 'package',
      environment: 'production',
      sourcemaps: 'dist',
      wait: 'true',
      verify: 'true',
    },
    env: { GITHUB_SHA: COMMIT },
    event: { ref: 'refs/heads/main', after: COMMIT, repository: { full_name: 'acme/webapp' } },
  });
}

interface Thrown {
  readonly stack: string;
  /** `_sentryDebugIds` as the injected code filled it: debug id by the text of a stack taken in the file. */
  readonly debugIds: Readonly<Record<string, string>>;
}

/** Runs the app that the action has injected, until it throws. */
function throwInApp(workspace: string): Thrown {
  const main = readdirSync(join(workspace, 'dist', 'assets')).find((name) => /^main-\w+\.js$/.test(name));
  const url = pathToFileURL(join(workspace, 'dist', 'assets', main ?? '')).href;
  const script = `
    const { buyOneOfEach } = await import(${JSON.stringify(url)});
    const { stack } = await buyOneOfEach('SPRING25').catch((error) => error);
    process.stdout.write(JSON.stringify({ stack, debugIds: globalThis._sentryDebugIds ?? {} }));`;
  const args = ['--input-type=module', '--eval', script];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: workspace, encoding: 'utf8' });
  if (stdout === '') throw new Error(`The injected app does not run:\n${stderr}`);
  return JSON.parse(stdout) as Thrown;
}

async function resolve(url: string, { stack, debugIds }: Thrown): Promise<StackResolution> {
  const response = await fetch(new URL('/_sandbox/resolve', url), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ org: 'acme', project: 'webapp', stack, debugIds }),
  });
  if (!response.ok) throw new Error(`The sandbox cannot resolve the stack: ${await response.text()}`);
  return (await response.json()) as StackResolution;
}

/** The frames of the app; what called it (this script) is in no bundle. */
function framesOfApp({ frames }: StackResolution): FrameResolution[] {
  return frames.filter(({ raw }) => raw.filename.includes('/dist/assets/'));
}

function showStacks(stack: StackResolution): void {
  const frames = framesOfApp(stack);
  heading('The stack before');
  print(stack.message);
  for (const { raw } of frames) print(`    ${(raw.text ?? '').replace(/file:\S*\/dist\//, 'dist/')}`);
  heading('The stack after, from the uploaded bundle');
  print(stack.message);
  for (const { original, reason } of frames) {
    if (original === undefined) print(`    not resolved: ${reason}`);
    else print(`    at ${original.function} (${sourceName(original.source)}:${original.line}:${original.column})`);
  }
  const top = frames[0]?.original;
  if (top === undefined) return;
  const first = top.line - top.preContext.length;
  print('');
  for (const [index, line] of [...top.preContext, top.contextLine ?? '', ...top.postContext].entries()) {
    print(`  ${first + index === top.line ? '>' : ' '} ${String(first + index).padStart(3)} | ${line}`);
  }
}

/** `../../src/main.ts` → `src/main.ts` */
const sourceName = (source: string): string => source.replace(/^(\.\.\/)+/, '');

function checkStack(stack: StackResolution): string[] {
  const frames = framesOfApp(stack);
  const counted = frames.length === EXPECTED.length ? [] : [`${frames.length} frames instead of ${EXPECTED.length}`];
  const wrong = EXPECTED.flatMap((expected, index) => {
    const lines = readFileSync(join(EXAMPLE, expected.source), 'utf8').split('\n');
    const line = lines.findIndex((text) => text.includes(expected.text)) + 1;
    const wanted = `${expected.function} ${expected.source}:${line}`;
    const original = frames[index]?.original;
    const got = original && `${original.function} ${sourceName(original.source)}:${original.line}`;
    const sameText = original?.contextLine === lines[line - 1];
    return got === wanted && sameText ? [] : [`frame ${index + 1} is ${got ?? 'not resolved'}, not ${wanted}`];
  });
  return [...counted, ...wrong];
}

/** What the run said, and what the server has: both must hold. */
function checkRun(run: RunResult, sandbox: Sandbox): string[] {
  const organization = sandbox.state.organizations.get('acme');
  const made = organization?.releases.get('webapp@1.4.0');
  const checks: [boolean, string][] = [
    [run.exitCode === 0, `the action ended with exit code ${run.exitCode}`],
    [run.outputs['result'] === 'success', `output result is ${run.outputs['result'] ?? 'missing'}`],
    [run.outputs['release'] === 'webapp@1.4.0', `output release is ${run.outputs['release'] ?? 'missing'}`],
    [run.summary !== '', 'there is no job summary'],
    [made?.dateReleased !== undefined, 'the release is not finalized'],
    [(made?.commits.length ?? 0) > 0, 'the release has no commits'],
    [made?.deploys.length === 1, `the release has ${made?.deploys.length ?? 0} deploys`],
    [organization?.bundles.length === 1, `the server has ${organization?.bundles.length ?? 0} bundles`],
  ];
  return checks.flatMap(([good, problem]) => (good ? [] : [problem]));
}

async function showPage(sandbox: Sandbox, keep: boolean): Promise<void> {
  if (!keep) {
    mkdirSync(dirname(SAVED_PAGE), { recursive: true });
    writeFileSync(SAVED_PAGE, await (await fetch(sandbox.url)).text());
    print(`What arrived, as the sandbox’s page shows it: ${pathToFileURL(SAVED_PAGE)}`);
    return print('(npm run demo -- --keep leaves the sandbox and its page open.)');
  }
  print(`What arrived, on the sandbox’s page: ${sandbox.url}/ (Ctrl-C ends it)`);
  await new Promise<void>((done) => {
    process.once('SIGINT', () => done());
    process.once('SIGTERM', () => done());
  });
}

function heading(text: string): void {
  print(`\n── ${text} ${'─'.repeat(Math.max(0, 76 - text.length))}\n`);
}

/** A summary writes characters that Markdown would act on as references; a terminal shows text as it is. */
function asText(markdown: string): string {
  return markdown
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll('&nbsp;', ' ');
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

await main();
