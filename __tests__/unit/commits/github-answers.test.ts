import { countOf, parseCommitAnswer, parseFiles, parseTags } from '../../../src/commits/github-answers.js';
import { SourceUnavailable } from '../../../src/commits/source.js';

/** A proxy may answer in GitHub's place: whatever it says, the answer is taken, passed over or refused, and nothing else is thrown. */

const SHA = '4f1c9a2be0d3576881aa42fbc7e95d60312ffe94';
/** As JSON.parse gives it, whatever the types say. */
const json = (text: string) => JSON.parse(text) as never;

it.each([
  'null',
  '{}',
  '{"sha":1}',
  '{"sha":"main"}',
  `{"sha":"${SHA}","parents":{}}`,
  `{"sha":"${SHA}","parents":"x"}`,
])('the commit %s is refused', (text) => {
  expect(() => parseCommitAnswer(json(text))).toThrow(SourceUnavailable);
});

it.each(['"commit":null', '"commit":{"author":"x","message":7}', '"parents":[null,7,{"sha":null}]'])(
  'a commit with %s is one without that',
  (field) => {
    expect(parseCommitAnswer(json(`{"sha":"${SHA}",${field}}`))).toMatchObject({ sha: SHA, parents: [], message: '' });
  },
);

it('lists of files and tags pass over what is none, and are refused when they are no list', () => {
  expect(parseFiles(json('[null,{},{"filename":7},{"filename":"a","status":"added"}]'))).toEqual([
    { path: 'a', type: 'A' },
  ]);
  expect(
    parseTags(json(`[null,{"name":"x"},{"name":1,"commit":{"sha":"${SHA}"}},{"name":"v1","commit":{"sha":"${SHA}"}}]`)),
  ).toEqual([[SHA, 'v1']]);
  for (const text of ['{}', '"x"', '7']) {
    expect(() => parseFiles(json(text))).toThrow(SourceUnavailable);
    expect(() => parseTags(json(text))).toThrow(SourceUnavailable);
  }
});

it.each(['null', '"3"', '-1', '0.5', '1e300'])(
  '%s commits are refused: pages would be asked for without end',
  (text) => {
    expect(() => countOf(json(text))).toThrow(SourceUnavailable);
  },
);
