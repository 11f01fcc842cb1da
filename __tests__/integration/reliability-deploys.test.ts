/** Two steps of one run that deploy two projects of one release differ in nothing but the project. */
import { startSandbox } from '../../sandbox/server.js';
import { recordDeploy } from '../../src/sentry/deploys.js';
import { fakeClock } from '../unit/sentry/fakes.js';
import { closeAfterEach, testClient } from './reliability-support.js';

const closing = closeAfterEach();
const RUN_URL = 'https://github.com/acme/web/actions/runs/1/attempts/1';

/** Records a deploy for some projects of a release that has `web` and `api`, as often as asked. */
async function world(fault?: { readonly reset: 'after-body' | 'after-handling'; readonly nth: number }) {
  const faults =
    fault === undefined
      ? []
      : [{ match: { method: 'POST', path: '**/deploys/', nth: fault.nth }, do: { reset: fault.reset } } as const];
  const sandbox = closing(await startSandbox({ faults }));
  const options = { authToken: sandbox.tokens[0]?.token ?? '', clock: fakeClock(Date.now()) };
  const { api, log } = closing(testClient(sandbox.url, options));
  await api.createRelease({ version: '1', projects: ['web', 'api'] });
  const deployed = () =>
    (sandbox.state.organizations.get('acme')?.releases.get('1')?.deploys ?? []).map(({ projects }) =>
      projects.map(({ slug }) => slug).join(),
    );
  const record = async (...projects: string[]) => {
    const body = { environment: 'production', url: RUN_URL, dateFinished: '2026-03-01T12:00:00Z', projects };
    return (await recordDeploy(api, '1', body, log)).existed;
  };
  const idOf = (slug: string) => String(sandbox.state.organizations.get('acme')?.projects.get(slug)?.id);
  return { record, deployed, idOf };
}

it('a deploy of another project of the release is not taken for ours, and each is made once', async () => {
  const { record, deployed, idOf } = await world();
  expect([await record('web'), await record('api'), await record('web'), await record(idOf('api'))]).toEqual([
    false,
    false,
    true,
    true,
  ]);
  expect(deployed()).toEqual(['web', 'api']);
});

it('of several projects only those without the deploy get it', async () => {
  const { record, deployed } = await world();
  expect([await record('web'), await record('web', 'api'), await record('web', 'api')]).toEqual([false, false, true]);
  expect(deployed()).toEqual(['web', 'api']);
});

it.each(['after-body', 'after-handling'] as const)(
  'an answer that is lost (%s) is not found in the other project',
  async (reset) => {
    const { record, deployed } = await world({ reset, nth: 2 });
    expect([await record('web'), await record('api')]).toEqual([false, false]);
    expect(deployed()).toEqual(['web', 'api']);
  },
);
