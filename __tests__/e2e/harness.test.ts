import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/workspace.js';
import { DEFAULT_GITHUB_TOKEN, type RunOptions, type RunResult, runAction } from './harness.js';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder('harness-test');
  const inputs =
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub, as action.yml holds it
    '{"auth_token":{"default":""},"dry run":{"default":"false"},"github_token":{"default":"${{ github.token }}"}}';
  writeFileSync(join(folder, 'action.yml'), `inputs: ${inputs}\nruns: {using: node24, main: index.mjs}\n`);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a script as if it were the action. */
function run(script: string, options: Partial<RunOptions> = {}): Promise<RunResult> {
  const dist = join(folder, 'index.mjs');
  writeFileSync(
    dist,
    `import fs from 'node:fs';\nconst print = (line) => process.stdout.write(line + '\\n');\n${script}`,
  );
  return runAction({ cwd: folder, actionFile: join(folder, 'action.yml'), dist, ...options });
}

describe('the runner harness gives the action what a runner gives it', () => {
  it('sets every declared input, its default when not given, with expressions replaced', async () => {
    const { outputs, runnerWarnings } = await run(
      `for (const [k, v] of Object.entries(process.env)) if (k.startsWith('INPUT_') && k !== 'INPUT_GITHUB_TOKEN') fs.appendFileSync(process.env.GITHUB_OUTPUT, k + '=' + v + '\\n');
       fs.appendFileSync(process.env.GITHUB_OUTPUT, 'same=' + (process.env.INPUT_GITHUB_TOKEN === ${JSON.stringify(DEFAULT_GITHUB_TOKEN)}) + '\\n');`,
      { inputs: { 'Dry Run': 'true', typo: 'x' } },
    );
    expect(outputs).toEqual({ INPUT_AUTH_TOKEN: '', INPUT_DRY_RUN: 'true', INPUT_TYPO: 'x', same: 'true' });
    expect(runnerWarnings).toEqual(["Unexpected input(s) 'typo'"]);
  });

  it('hands down no variable of its own process', async () => {
    process.env['HARNESS_PROBE'] = '1';
    const { stdout } = await run(
      `print(Object.keys(process.env).filter((k) => !/^(GITHUB|RUNNER|INPUT)_/.test(k)).join())`,
    );
    delete process.env['HARNESS_PROBE'];
    expect(stdout).not.toContain('HARNESS_PROBE');
    expect(stdout).not.toContain('NODE_OPTIONS');
  });

  it('writes the event as given, and runs in the workspace', async () => {
    const { stdout } = await run(
      `print(fs.readFileSync(process.env.GITHUB_EVENT_PATH, 'utf8')); print(process.cwd())`,
      {
        event: '{broken',
      },
    );
    expect(stdout).toBe(`{broken\n${folder}\n`);
  });
});

describe('the runner harness reads what came out as a runner reads it', () => {
  it('carries out known commands only, with properties and escapes', async () => {
    const { annotations, log } = await run(
      `print('::warning file=a%2Cb.js,line=3,title=T%3A::one%0Atwo %2525'); print('::nonsense::x'); print('  ::notice::n'); console.error('::error::e'); print('not ::error::here')`,
    );
    expect(annotations).toContainEqual({
      severity: 'warning',
      message: 'one\ntwo %25',
      file: 'a,b.js',
      line: 3,
      title: 'T:',
    });
    expect(annotations.map(({ severity }) => severity).sort()).toEqual(['error', 'notice', 'warning']);
    expect(log).toContain('::nonsense::x');
    expect(log).toContain('not ::error::here');
  });

  it('finds legacy commands anywhere in a line', async () => {
    const { annotations } = await run(`print('src/a.js: ##[error file=x;line=2]bad%5D')`);
    expect(annotations).toEqual([{ severity: 'error', message: 'bad]', file: 'x', line: 2 }]);
  });

  it('carries out nothing between stop-commands and its token', async () => {
    const { annotations } = await run(
      `print('::stop-commands::t0ken'); print('::error::no'); print('##[error]no'); print('::t0ken::'); print('::error::yes')`,
    );
    expect(annotations.map(({ message }) => message)).toEqual(['yes']);
  });

  it('hides a mask in later lines, in every encoding the runner knows', async () => {
    const { log, masks } = await run(
      `print('before s3cret/value'); print('::add-mask::s3cret/value'); print('raw s3cret/value'); print('uri s3cret%2Fvalue'); print('b64 ' + Buffer.from('xs3cret/value').toString('base64'))`,
    );
    expect(masks).toEqual(['s3cret/value']);
    expect(log).toMatch(/^before s3cret\/value\nraw \*\*\*\nuri \*\*\*\nb64 .{4}\*\*\*/);
  });

  it('reads outputs of one line and of many, and says when the runner would not', async () => {
    const script = (text: string): string => `fs.appendFileSync(process.env.GITHUB_OUTPUT, ${JSON.stringify(text)})`;
    const good = await run(script('a=1=2\nb<<EOF\nx\n\ny\nEOF\nc<<Z\nZ\n'));
    expect(good.outputs).toEqual({ a: '1=2', b: 'x\n\ny', c: '' });
    const bad = await run(script('b<<EOF\nx\n'));
    expect(bad.runnerWarnings).toEqual(["GITHUB_OUTPUT: Invalid value. Matching delimiter not found 'EOF'"]);
  });

  it('collects summary, report, variables and files left behind', async () => {
    const result = await run(
      `const { RUNNER_TEMP: temp, HOME: home } = process.env;
       fs.appendFileSync(process.env.GITHUB_STEP_SUMMARY, '# Hi');
       fs.appendFileSync(process.env.GITHUB_ENV, 'A=b\\n');
       fs.appendFileSync(process.env.GITHUB_PATH, '/opt/x\\n');
       fs.writeFileSync(temp + '/report.json', '{"n":1}');
       fs.writeFileSync(temp + '/junk', 'j');
       fs.writeFileSync(home + '/.gitconfig', 'g');
       fs.appendFileSync(process.env.GITHUB_OUTPUT, 'report=' + temp + '/report.json\\n');`,
    );
    expect(result).toMatchObject({ summary: '# Hi', report: { n: 1 }, envFile: { A: 'b' }, pathFile: ['/opt/x'] });
    expect(result.leftovers).toEqual([{ path: 'junk', text: 'j' }]);
    expect(result.homeFiles).toEqual([{ path: '.gitconfig', text: 'g' }]);
  });
});

describe('the runner harness ends what it starts', () => {
  it.each([
    ['a signal, which Windows does not have', process.platform === 'win32'],
    ['a message, on any system', true],
  ])('cancels with SIGINT first, which the action may answer: by %s', async (_by, interruptByMessage) => {
    const script = `process.on('SIGINT', () => { print('bye'); process.exitCode = 7; clearInterval(t); }); const t = setInterval(() => {}, 1e3); print('up');`;
    const cancel = new AbortController();
    const result = await run(script, { signal: cancel.signal, onLine: () => cancel.abort(), interruptByMessage });
    expect(result).toMatchObject({ exitCode: 7, exitSignal: null, stdout: 'up\nbye\n' });
  });

  it('kills at once where the machine is to be gone, and at the timeout', async () => {
    const hang = `process.on('SIGINT', () => {}); setInterval(() => {}, 1e3);`;
    expect(await run(hang, { killAfterMs: 300 })).toMatchObject({ exitSignal: 'SIGKILL', timedOut: false });
    expect(await run(hang, { timeoutMs: 300 })).toMatchObject({ exitSignal: 'SIGKILL', timedOut: true });
  });
});
