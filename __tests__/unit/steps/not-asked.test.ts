import { loadInputs } from '../../../src/inputs/load.js';
import { notAsked } from '../../../src/steps/not-asked.js';

/** The steps left out when these inputs are given. */
function left(inputs: Record<string, string>): Record<string, string> {
  const given = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
  return Object.fromEntries(notAsked(loadInputs({ GITHUB_WORKSPACE: '/', ...Object.fromEntries(given) }, '/')));
}

it('without any input only the release, its commits and its date are asked for', () => {
  expect(left({})).toEqual({
    sourcemaps: 'no sourcemaps given',
    verify: 'verify is false',
    deploy: 'no environment given',
    'verify-url': 'no verify_url given',
  });
});

it('nothing is left out when everything is asked for', () => {
  const all = { sourcemaps: 'dist', verify: 'true', environment: 'production', verify_url: 'https://example.com' };
  expect(left(all)).toEqual({});
});

it('create_release: false leaves out all that changes a release, whatever else is given', () => {
  const only = left({ create_release: 'false', sourcemaps: 'dist', verify: 'true', environment: 'production' });
  expect(only).toEqual({
    release: 'create_release is false',
    commits: 'create_release is false',
    deploy: 'create_release is false',
    finalize: 'create_release is false',
    'verify-url': 'no verify_url given',
  });
});

it.each([
  ['commits', { set_commits: 'skip' }, 'set_commits is skip'],
  ['finalize', { finalize: 'false' }, 'finalize is false'],
  ['verify', { verify: 'true' }, 'no sourcemaps given'],
])('%s is left out with %j', (name, inputs, reason) => {
  expect(left(inputs)).toMatchObject({ [name]: reason });
});
