import { parseCommits, parseNameStatus } from '../src/commits/git-source.js';
import { parseCommitAnswer, parseFiles, parseTags } from '../src/commits/github-answers.js';
import { SourceUnavailable } from '../src/commits/source.js';
import { findSubmodules } from '../src/commits/submodules.js';
import { readGitHubContext } from '../src/inputs/github.js';
import { allowed, type FuzzTarget, JSON_TOKENS, jsonOf, must } from './target.js';

/** What git prints about commits that anybody may have written, what GitHub answers, and what the runner tells of the run. */

const SHA = '4f1c9a2be0d3576881aa42fbc7e95d60312ffe94';
const NUL = '\0';

const gitOutput: FuzzTarget = {
  name: 'what git prints',
  seeds: [
    `commit ${SHA}\n${[SHA, '', 'Ada', 'ada@acme.example', '1767312000', 'Subject\n\nBody\n'].join(NUL)}${NUL}\n`,
    [SHA, `${SHA} ${SHA}`, '', '', '-1', '', ''].join(NUL),
    `${SHA}${NUL}\n${['A', 'new.ts', 'M', 'a b.ts', 'D', '\u202egone'].join(NUL)}${NUL}${SHA}${NUL}`,
    `submodule.lib.path\nlib${NUL}submodule.lib.url\n../lib.git${NUL}`,
  ],
  dictionary: [
    NUL,
    '\n',
    ' ',
    SHA,
    'commit ',
    'A',
    'M',
    'D',
    'R100',
    '1e99',
    '99999999999999',
    'submodule.',
    '.path\n',
    '.url\n',
    '../',
    './',
  ],
  async run(input) {
    const text = input.toString('utf8');
    const commits = parseCommits(text);
    for (const { sha, parents, authoredAt, message } of commits) {
      must(![sha, message, ...parents].some((part) => part.includes(NUL)), 'fields do not run into each other');
      must(authoredAt === undefined || !Number.isNaN(Date.parse(authoredAt)), 'a time is a time');
    }
    const files = parseNameStatus(text);
    for (const [sha, changes] of files) {
      must(/^[0-9a-f]{40,64}$/.test(sha), 'changes are of a commit');
      for (const { path, type } of changes) must(/^[AMD]$/.test(type) && !path.includes(NUL), 'a change has a path');
    }
    const submodules = await findSubmodules(gitThatAnswers(text), 'HEAD', 'https://github.com/acme/web.git');
    const changed = [...files.values()].reduce((sum, { length }) => sum + length, 0);
    return [commits, { length: files.size }, { length: changed }, submodules]
      .map(({ length }) => Math.min(length, 4))
      .join();
  },
};

function gitThatAnswers(modules: string): Parameters<typeof findSubmodules>[0] {
  return {
    root: '/',
    run: async ([command]) => {
      const stdout = command === 'config' ? modules : `160000 commit ${SHA}\tlib\0`;
      return { exitCode: 0, stdout, stderr: '', cut: false };
    },
  };
}

const github: FuzzTarget = {
  name: "GitHub's answers",
  seeds: [
    `{"sha":"${SHA}","parents":[{"sha":"${SHA}"}],"commit":{"message":"m","author":{"name":"A","email":"e","date":"2026-01-02T03:04:05Z"}}}`,
    `{"sha":"${SHA}","commit":{"author":null},"files":[{"filename":"a","previous_filename":"b","status":"renamed"}]}`,
    '{"sha":1,"tags":[{"name":"v1","commit":{"sha":"x"}}],"files":[{"filename":null},{"filename":"x","status":"unchanged"}]}',
  ],
  dictionary: [...JSON_TOKENS, '1', '"files":', '"parents":', '"date":', '1e9', '"status":'],
  run(input) {
    const value = jsonOf(input);
    if (typeof value !== 'object' || value === null) return 'no object';
    try {
      const { sha, parents, authoredAt, message } = parseCommitAnswer(value);
      must(/^[0-9a-f]{40,64}$/.test(sha) && typeof message === 'string', 'a commit has an id and a message');
      must(
        parents.every((parent) => typeof parent === 'string') && (authoredAt?.endsWith('Z') ?? true),
        'texts are texts',
      );
      const files = parseFiles('files' in value ? (value.files as Parameters<typeof parseFiles>[0]) : undefined);
      for (const { path } of files) must(typeof path === 'string', 'a path is a text');
      if ('tags' in value) parseTags(value.tags as Parameters<typeof parseTags>[0]);
      return `commit ${parents.length} ${files.length} ${authoredAt === undefined}`;
    } catch (thrown) {
      return allowed(thrown, [SourceUnavailable]);
    }
  },
};

/** Lines: variables of the runner, in the order of NAMES; the rest is the event. */
const NAMES = [
  'GITHUB_SHA',
  'GITHUB_REF',
  'GITHUB_REPOSITORY',
  'GITHUB_API_URL',
  'GITHUB_RUN_ATTEMPT',
  'GITHUB_ACTOR',
] as const;

const runner: FuzzTarget = {
  name: 'what the runner tells',
  seeds: [
    `${SHA}\nrefs/heads/main\nacme/web\nhttps://api.github.com/\n2\nada[bot]\n{"ref":"refs/heads/main","pull_request":{"head":{"sha":"${SHA}"}}}`,
    'x\nrefs/tags/v1 \n../..\nhttps://ghe.example/api/v3\n0\n\n[]',
  ],
  dictionary: ['\n', 'refs/', '/', '..', 'https://', '@', '?', '#', '{', '}', '\u202e', ' ', '\0'],
  run(input) {
    const lines = input.toString('utf8').split('\n');
    const env = Object.fromEntries(NAMES.map((name, index) => [name, lines[index] ?? '']));
    const found = readGitHubContext({ ...env, GITHUB_EVENT_PATH: 'event' }, () => lines.slice(NAMES.length).join('\n'));
    must(found.sha === undefined || /^[0-9a-f]{40,64}$/.test(found.sha), 'a commit is one');
    must(!/[?#\s]/.test(found.apiUrl) && /^https?:\/\//.test(found.apiUrl), 'an address has no query');
    must(!Array.isArray(found.event) && Number.isSafeInteger(found.runAttempt), 'an event is an object');
    return [found.sha, found.ref, found.repository, found.actor]
      .map((value) => (value === undefined ? '-' : 'x'))
      .join('');
  },
};

export const COMMIT_TARGETS: readonly FuzzTarget[] = [gitOutput, github, runner];
