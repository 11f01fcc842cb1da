import { createHash } from 'node:crypto';
import { PERMISSIONS } from '../auth/scopes.js';
import type { OrganizationConfig, TokenConfig } from '../config.js';
import { type Sandbox, startSandbox } from '../server.js';
import { type Case, Inexpressible } from './case.js';
import { checkBody } from './expect.js';
import { understand } from './given.js';
import { runJobCase } from './job.js';
import { checkNote } from './note.js';
import { callerToken, ORG, ORG2, type Received, sendCase } from './request.js';
import { createWorld, type Live, OTHER_TEAM, TEAM, type World } from './world.js';

/** What became of a case. */
export type Outcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly reasons: readonly string[] }
  | { readonly kind: 'skipped'; readonly reason: string };

/** Opens everything; sets up what a case takes for given. */
const SETUP_TOKEN: TokenConfig = {
  name: 'setup',
  kind: 'integration',
  token: 'sntryi_setup',
  org: ORG,
  scopes: [...new Set(Object.values(PERMISSIONS).flatMap((map) => Object.values(map).flat()))],
};

/** Runs one case against a sandbox of its own. Other cases of the file may be part of its text. */
export async function runCase(subject: Case, file: readonly Case[]): Promise<Outcome> {
  try {
    const world = readWorld(subject, file);
    const sandbox = await startSandbox(configOf(world));
    try {
      const reasons = await judge(world, sandbox);
      return reasons.length === 0 ? { kind: 'passed' } : { kind: 'failed', reasons };
    } finally {
      await sandbox.close();
    }
  } catch (error) {
    if (error instanceof Inexpressible) return { kind: 'skipped', reason: error.message };
    return { kind: 'failed', reasons: [error instanceof Error ? error.message : String(error)] };
  }
}

function readWorld(subject: Case, file: readonly Case[]): World {
  const world = createWorld(subject, {
    find: (id) => file.find((candidate) => candidate.id === id),
    understand: (text) => understand(world, text),
  });
  understand(world, withSame(subject, file));
  const needsRelease = /\{version\}/.test(subject.endpoint) && subject.request['path'] === undefined;
  if (needsRelease && world.releases.length === 0 && world.absent.size === 0) understand(world, 'release 1 on foo');
  return world;
}

/** `same, third call`: the text of the case before it. */
function withSame(subject: Case, file: readonly Case[]): string {
  if (!/^same(?=\s*[,;]|$)/i.test(subject.given)) return subject.given;
  const before = file[file.indexOf(subject) - 1];
  if (before === undefined) throw new Inexpressible('there is no case before it to be the same as');
  return `${withSame(before, file)}; ${subject.given.replace(/^same\b[,;]?\s*/i, '')}`;
}

function configOf(world: World) {
  const acme: OrganizationConfig = {
    slug: ORG,
    ...world.org,
    projects: [...world.projects.values()],
    repositories: world.repositories,
    members: world.members,
  };
  const other: OrganizationConfig = { slug: ORG2, projects: [{ slug: 'elsewhere', teams: [TEAM, OTHER_TEAM] }] };
  const caller = callerToken(world, world.subject).config;
  return {
    organizations: [acme, other],
    tokens: caller === undefined ? [SETUP_TOKEN] : [caller, SETUP_TOKEN],
    options: world.options,
    ...(world.limits === undefined ? {} : { limits: world.limits }),
  };
}

async function judge(world: World, sandbox: Sandbox): Promise<string[]> {
  const live = createLive(world, sandbox);
  for (const step of world.steps) await step(live);
  await sandbox.idle();
  world.made.bundleId = live.org.bundles[0]?.bundleId;
  const { subject } = world;
  const received = /^job /.test(subject.endpoint) ? await jobAnswer(live) : await ownAnswer(live);
  const reasons: string[] = [];
  if (subject.expectStatus !== undefined && subject.expectStatus !== received.status) {
    reasons.push(`status is ${received.status}, wanted ${subject.expectStatus}: ${received.text.slice(0, 200)}`);
  }
  const category = sandbox.requests.at(-1)?.limit?.category;
  const evidence = { received, url: sandbox.url, category };
  if (subject.expectBody !== undefined) reasons.push(...checkBody(subject.expectBody, evidence));
  await sandbox.idle();
  return [...reasons, ...checkNote(live)];
}

async function jobAnswer(live: Live): Promise<Received> {
  return { status: 0, headers: new Headers(), text: JSON.stringify(await runJobCase(live)) };
}

async function ownAnswer(live: Live): Promise<Received> {
  const { world, sandbox } = live;
  const { subject } = world;
  const flying = await takeOff(live);
  let received = await sendCase(sandbox.url, world, subject);
  for (let n = 1; n < Number(subject.request['repeat'] ?? 1); n += 1) {
    received = await sendCase(sandbox.url, world, subject);
  }
  await Promise.all(flying);
  return received;
}

/** Longer than the case's own request takes; the calls in flight are then still open. */
const FLIGHT_MS = 500;

/** Starts the calls that are in flight while the case's own request comes. */
async function takeOff({ world, sandbox }: Live): Promise<Promise<Received>[]> {
  if (world.inFlight === 0) return [];
  const id = sandbox.faults.add({ do: { delayMs: FLIGHT_MS } });
  const flying = Array.from({ length: world.inFlight }, () => sendCase(sandbox.url, world, world.subject));
  while (sandbox.stats.open < world.inFlight) await new Promise((resolve) => setTimeout(resolve, 5));
  sandbox.faults.remove(id);
  return flying;
}

function createLive(world: World, sandbox: Sandbox): Live {
  const org = sandbox.state.organizations.get(ORG);
  if (org === undefined) throw new Error('no organization');
  const headers = { Authorization: `Bearer ${SETUP_TOKEN.token}` };
  const withoutLimits = async (work: () => Promise<Response>): Promise<Response> => {
    const { selfHosted } = sandbox.options;
    sandbox.options.selfHosted = true;
    const response = await work().finally(() => {
      sandbox.options.selfHosted = selfHosted;
    });
    if (!response.ok)
      throw new Inexpressible(
        `setting it up failed: ${response.url} was answered ${response.status} ${await response.text()}`,
      );
    return response;
  };
  return {
    ...{ sandbox, org, world },
    setup: async (method, path, json) => {
      const body = json === undefined ? {} : { body: JSON.stringify(json) };
      const all = { ...headers, 'Content-Type': 'application/json' };
      const response = await withoutLimits(() => fetch(sandbox.url + path, { method, headers: all, ...body }));
      return response.json();
    },
    uploadChunk: async (content) => {
      const sha1 = createHash('sha1').update(content).digest('hex');
      const form = new FormData();
      form.append('file', new Blob([new Uint8Array(content)]), sha1);
      const url = `${sandbox.url}/api/0/organizations/${ORG}/chunk-upload/`;
      await withoutLimits(() => fetch(url, { method: 'POST', headers, body: form }));
      return sha1;
    },
    send: async (subject) => {
      await sendCase(sandbox.url, world, subject);
    },
  };
}
