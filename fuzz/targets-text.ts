import { parseVcsUrl } from '../src/commits/vcs-url.js';
import { ActionError } from '../src/errors.js';
import { parseList, UnclosedQuote } from '../src/inputs/list.js';
import { isSlug, parseBoolean, parseDurationMs, parseTimestamp } from '../src/inputs/parse.js';
import { assertReleaseName } from '../src/inputs/release-rules.js';
import { commandData, commandProperty, inertLines } from '../src/report/inert.js';
import { errorText } from '../src/sentry/error-text.js';
import { parseJson } from '../src/sentry/json.js';
import { toApiRoot, toAssembleAnswer, toDeploy, toRelease, toReleases, toRepository } from '../src/sentry/shapes.js';
import { askedWait, rateLimitOf } from '../src/sentry/timing.js';
import { parseToken } from '../src/token/token.js';
import { allowed, type FuzzTarget, JSON_TOKENS, must } from './target.js';

const NOW = Date.UTC(2026, 0, 2);

const headers: FuzzTarget = {
  name: 'rate-limit headers',
  seeds: [
    '3\n1767312000',
    'Fri, 02 Jan 2026 00:00:03 GMT\n1',
    'Friday, 02-Jan-26 00:00:03 GMT\n',
    'Fri Jan  2 00:00:03 2026\n0x10',
    '1e3\n-5',
  ],
  dictionary: ['GMT', 'Jan', '-', ':', ' ', '9'.repeat(40), 'NaN', 'Infinity', '.', '\n', '2026', '60'],
  run(input) {
    const [retryAfter = '', reset = '', date = ''] = input.toString('utf8').split('\n');
    const all = {
      'retry-after': retryAfter,
      'x-sentry-rate-limit-reset': reset,
      'x-sentry-rate-limit-remaining': reset,
      date,
    };
    const wait = askedWait(all, NOW);
    must(wait === undefined || (Number.isFinite(wait.waitMs) && wait.waitMs >= 0), 'a wait is a time');
    const limit = rateLimitOf(all);
    return `${wait === undefined ? 'none' : Math.sign(wait.waitMs)} ${Object.keys(limit).length}`;
  },
};

const tokens: FuzzTarget = {
  name: 'tokens',
  seeds: [
    `sntryi_${'a'.repeat(64)}`,
    `sntryu_${'b'.repeat(64)}`,
    'c'.repeat(64),
    'https://abc@o1.ingest.sentry.io/1',
    'ghp_abcdef',
  ].concat(
    `sntrys_${Buffer.from('{"iat":1.5,"url":"https://sentry.io","region_url":"https://us.sentry.io","org":"acme"}').toString('base64')}_${'d'.repeat(43)}`,
  ),
  dictionary: ['sntrys_', 'sntryu_', '_', '=', ' ', '\n', '"', 'e30=', 'null', '://', '@'],
  run(input) {
    try {
      const token = parseToken(input.toString('utf8'));
      must(token.value.length > 0 && !/\s/.test(token.value), 'a token is one word');
      return token.kind;
    } catch (thrown) {
      return allowed(thrown, [ActionError]);
    }
  },
};

const inputs: FuzzTarget = {
  name: 'inputs',
  seeds: ['a b,c\n"d e"\n!f', 'true', '15m', '1767312000', '2026-01-02T03:04:05Z', 'refs/tags/v1.0'],
  dictionary: [
    '"',
    "'",
    ',',
    '\n',
    ' ',
    '\t',
    '\r\n',
    '!',
    '\\',
    'h',
    'ms',
    '0'.repeat(30),
    '\u2028',
    '-',
    'T',
    'Z',
    '/',
    '..',
  ],
  run(input) {
    const text = input.toString('utf8');
    const seconds = parseDurationMs(text);
    must(seconds === undefined || seconds >= 0, 'a duration is not negative');
    const time = parseTimestamp(text);
    must(time === undefined || !Number.isNaN(Date.parse(time)), 'a timestamp is a time');
    const outcome = `${parseBoolean(text)} ${seconds === undefined} ${time === undefined} ${isSlug(text)} ${named(text)}`;
    try {
      const items = parseList(text, 'paths');
      must(
        items.every((item) => item !== ''),
        'no item is empty',
      );
      return `${outcome} ${Math.min(items.length, 5)}`;
    } catch (thrown) {
      return allowed(thrown, [UnclosedQuote]);
    }
  },
};

function named(text: string): string {
  try {
    assertReleaseName(text, 'fuzz');
    return 'named';
  } catch (thrown) {
    return allowed(thrown, [ActionError]);
  }
}

/** The runner's two forms of a command: at the start of a line, and the older one anywhere. */
const logLines: FuzzTarget = {
  name: 'log lines',
  seeds: ['a\n::error::x', '##[set-output name=a;]b', '  ::add-mask::x', 'x\u2028::stop-commands::y', '\x1b[31m'],
  dictionary: [
    '::',
    '##[',
    '##',
    '[',
    ']',
    '\n',
    '\r',
    '\u0085',
    '\u2028',
    '\u200b',
    '\x1b',
    'add-mask',
    '%0A',
    ':',
    '\u202e',
    '\ufeff',
  ],
  run(input) {
    const text = input.toString('utf8');
    const lines = inertLines(text);
    for (const line of lines) {
      must(!/[\r\n]/.test(line) && !line.trimStart().startsWith('::') && !line.includes('##['), 'no line is a command');
    }
    must(!/[\r\n]/.test(commandData(text)) && !/[\r\n:,]/.test(commandProperty(text)), 'a command stays one line');
    return String(Math.min(lines.length, 4));
  },
};

const answers: FuzzTarget = {
  name: "a server's answers",
  seeds: [
    '{"version":"0","auth":{"scopes":["org:ci"]},"user":null}',
    '{"id":1,"version":"1.0","dateCreated":"2026-01-01T00:00:00Z","commitCount":2,"lastCommit":{"id":"a","repository":{"name":"o/r"}},"projects":[{"id":1,"slug":"p"}]}',
    '{"state":"not_found","missingChunks":["a"],"detail":null}',
    '[{"id":"1","name":"o/r","provider":{"id":"integrations:github"},"status":"active"}]',
    '{"detail":{"code":"x","message":"y","extra":{}}}',
    '<html><body>Bad gateway</body></html>',
  ],
  dictionary: [...JSON_TOKENS, ...['1e999', '[[[[[[[[', '\\ud800', '"version":', '"state":', '::error::', '\x1b[']],
  run(input) {
    errorText(input);
    let kept = '';
    let value: unknown;
    try {
      value = parseJson(input, 'endpoint', 'host');
    } catch (thrown) {
      return allowed(thrown, [ActionError]);
    }
    for (const shape of [toApiRoot, toRelease, toReleases, toRepository, toDeploy, toAssembleAnswer]) {
      try {
        shape(value, 'endpoint');
        kept += '1';
      } catch (thrown) {
        allowed(thrown, [ActionError]);
        kept += '0';
      }
    }
    return kept;
  },
};

const remotes: FuzzTarget = {
  name: 'git remotes',
  seeds: [
    'git@github.com:o/r.git',
    'https://user:pw@github.com:443/o/r',
    'ssh://git@ssh.dev.azure.com/v3/o/p/r',
    'https://x.visualstudio.com/_git/r',
  ],
  dictionary: ['@', ':', '/', '.git', '_git', '//', 'ssh', '%2f', '\n', ' '],
  run(input) {
    const { host, path } = parseVcsUrl(input.toString('utf8'));
    return `${host === ''} ${path === ''}`;
  },
};

export const TEXT_TARGETS: readonly FuzzTarget[] = [headers, tokens, inputs, logLines, answers, remotes];
