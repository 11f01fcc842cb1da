import fc from 'fast-check';
import { createLog, type DebugMode, debugMode } from '../../../src/report/log.js';
import { outputLines, runnerCommand } from './runner-parser.js';

function open(debug: DebugMode = false) {
  let out = '';
  const problems: string[] = [];
  const log = createLog({
    write: (text) => {
      out += text;
    },
    debug,
    onProblem: (severity, message) => problems.push(`${severity} ${message}`),
  });
  return { log, problems, text: () => out, lines: () => outputLines(out).slice(0, -1) };
}

/** Text that is out to be a command. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '::',
        ':',
        '##[',
        '#',
        '[',
        ']',
        'error',
        'add-mask',
        'set-output name=x',
        'group',
        ' ',
        '\t',
        '\n',
        '\r',
        '\r\n',
      ),
      fc.constantFrom(
        '\u2028',
        '\u2029',
        '\u0085',
        '\v',
        '\f',
        '\u200b',
        '\u00ad',
        '\ufeff',
        '\u001b',
        '%0A',
        '%',
        ',',
        '\u00a0',
        '\u3000',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    { maxLength: 14 },
  )
  .map((parts) => parts.join(''));

describe('nothing that is printed is a command', () => {
  it('the parser of the test does find commands', () => {
    expect(runnerCommand('::error::x')).toBe('error');
    expect(runnerCommand(' \u3000::add-mask::x')).toBe('add-mask');
    expect(runnerCommand('text ##[set-output name=x]y')).toBe('set-output');
    expect(runnerCommand('\u200b:\u00ad:error::x')).toBe('error');
    expect(runnerCommand('a::error::x')).toBeUndefined();
  });

  it('by info, whatever the text', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const { log, lines } = open();
        log.info(text);
        for (const line of lines()) expect(runnerCommand(line)).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });

  it('by an annotation, but the one that is meant', () => {
    fc.assert(
      fc.property(hostile, hostile, hostile, (message, title, file) => {
        const { log, lines } = open(true);
        log.group(title);
        log.warning(message, { title, file });
        log.debug(message);
        expect(lines().map(runnerCommand)).toEqual(['group', 'warning', 'debug']);
      }),
      { numRuns: 500 },
    );
  });

  it('in a place of an annotation, either: no property is added or cut', () => {
    fc.assert(
      fc.property(hostile, hostile, (title, file) => {
        const { log, text } = open();
        log.error('m.', { title, file, line: 3 });
        const properties = /^::error (.*?)::m\.\n$/s.exec(text())?.[1]?.split(',') ?? [];
        expect(properties.map((pair) => pair.split('=')[0])).toEqual(['title', 'file', 'line']);
      }),
    );
  });

  it('control characters and marks that turn the text around are shown as codes', () => {
    const { log, text } = open();
    log.info('a\u001b[31mb\u202ec\td');
    expect(text()).toBe('a\\x1b[31mb\\u202ec\td\n');
  });

  it('ordinary text stays as it is', () => {
    const { log, text } = open();
    log.info('Release web@1.2.3 (from the tag): https://sentry.io/x?y=1#[z] ::notice');
    expect(text()).toBe('Release web@1.2.3 (from the tag): https://sentry.io/x?y=1#[z] ::notice\n');
  });
});

describe('annotations', () => {
  it('carry title, file and line, with several lines of text in one', () => {
    const { log, text } = open();
    log.error('50 %\nnext.', { title: 'A: b', file: 'a,b.js', line: 7 });
    expect(text()).toBe('::error title=A%3A b,file=a%2Cb.js,line=7::50 %25%0Anext.\n');
  });

  it('end with a full stop, in the report too, so that what follows them is a sentence of its own', () => {
    const { log, text, problems } = open();
    log.warning('No map was found');
    expect(text()).toBe('::warning::No map was found.\n');
    expect(problems).toEqual(['warning No map was found.']);
  });

  it('are at most ten of a level, the tenth says how many more there are', () => {
    const { log, lines, problems } = open();
    for (let index = 1; index <= 1000; index += 1) log.warning(`w${index}`, { file: `f${index}.js` });
    log.finish();
    const shown = lines().filter((line) => line.startsWith('::warning'));
    expect(shown).toHaveLength(10);
    expect(shown.at(-1)).toBe('::warning::991 more of this kind; see the log of this step and its JSON report.');
    expect(lines()).toContain('warning: f10.js: w10.');
    expect(lines()).toHaveLength(51);
    expect(problems).toHaveLength(1000);
  });

  it('a message that begins with its file does not name it twice where it is a plain line', () => {
    const { log, lines } = open();
    for (let index = 1; index <= 9; index += 1) log.warning('w');
    log.warning('dist/a.js has no map', { file: 'dist/a.js' });
    log.warning('No map', { file: 'dist/b.js' });
    expect(lines().slice(-2)).toEqual(['warning: dist/a.js has no map.', 'warning: dist/b.js: No map.']);
  });

  it('the error that ends the run is one of the ten, however many files had errors', () => {
    const { log, lines } = open();
    for (let index = 1; index <= 50; index += 1) log.error('e', { file: 'f.js' });
    log.error('The end.');
    log.finish();
    const shown = lines().filter((line) => line.startsWith('::error'));
    expect(shown).toHaveLength(10);
    expect(shown.slice(-2)).toEqual([
      '::error::The end.',
      '::error::42 more of this kind; see the log of this step and its JSON report.',
    ]);
  });
});

describe('errors of files', () => {
  it.each([
    [8, 8, 'nothing'],
    [9, 8, '1 more'],
    [50, 8, '42 more'],
  ])('%d of them are %d annotations, and the count says %s', (errors, shown, said) => {
    const { log, lines } = open();
    for (let index = 1; index <= errors; index += 1) log.error('e', { file: 'f.js' });
    log.finish();
    const annotations = lines().filter((line) => line.startsWith('::error'));
    expect(annotations.filter((line) => line.includes('file='))).toHaveLength(shown);
    expect(annotations.slice(shown).map((line) => /^::error::(\d+ more)/.exec(line)?.[1])).toEqual(
      said === 'nothing' ? [] : [said],
    );
  });
});

describe('groups', () => {
  it('end when the next begins and when the log ends; one without a line is not shown', () => {
    const { log, lines } = open();
    log.group('Token check');
    log.info('x');
    log.group('Release');
    log.group('Deploy');
    log.info('y');
    log.finish();
    expect(lines()).toEqual(['::group::Token check', 'x', '::endgroup::', '::group::Deploy', 'y', '::endgroup::']);
  });
});

it('debug lines are only there when asked for', () => {
  const quiet = open();
  quiet.log.debug('x');
  expect(quiet.text()).toBe('');
  const loud = open(true);
  loud.log.debug('x\ny');
  expect(loud.text()).toBe('::debug::x%0Ay\n');
});

it('debug lines are asked for through the runner, or seen by all through SENTRY_LOG_LEVEL', () => {
  expect(debugMode({ RUNNER_DEBUG: '1' })).toBe(true);
  expect(debugMode({ ACTIONS_STEP_DEBUG: 'true', SENTRY_LOG_LEVEL: 'debug' })).toBe(true);
  expect(debugMode({ SENTRY_LOG_LEVEL: 'Debug' })).toBe('plain');
  expect(debugMode({ SENTRY_LOG_LEVEL: 'info', RUNNER_DEBUG: '' })).toBe(false);
  const plain = open('plain');
  plain.log.debug('::error::x');
  expect(plain.lines()).toEqual(['debug: ::error::x']);
});
