import type { BundleArchive } from '../../sandbox/bundles/archive.js';
import type { PageView } from '../../sandbox/page.js';
import type { StackResolution } from '../../sandbox/resolve.js';
import { createIds, createState } from '../../sandbox/state/create.js';
import type { Bundle, BundleFile, Organization, Release } from '../../sandbox/state/types.js';

const NOW = Date.UTC(2026, 10, 23, 7, 40, 12);
const ID = '5f1c7d1e-0b0c-5a55-9f0e-2f6e3f1a9c77';

/** A view with one of everything, as a run of the action would leave it; `name` shows up wherever a name may. */
export function sampleView(name = 'shop@1.4.0'): PageView {
  const config = {
    slug: 'acme',
    projects: [{ slug: 'web' }, { slug: 'admin' }],
    repositories: [{ name: 'acme/webapp', provider: 'integrations:github' }],
  };
  const state = createState({ organizations: [config] }, createIds(), NOW);
  const organization = state.organizations.get('acme');
  if (organization === undefined) throw new Error('no organization');
  organization.releases.set(name, sampleRelease(organization, name));
  organization.bundles.push(sampleBundle(organization, name));
  organization.chunks.set('c1', { sha1: 'c1', size: 18_211, path: '' });
  return {
    url: 'http://127.0.0.1:4300',
    state,
    requests: [
      { time: NOW, method: 'GET', path: '/api/0/', status: 200, bytes: 0 },
      { time: NOW + 41, method: 'POST', path: `/api/0/organizations/acme/releases/?${name}`, status: 429, bytes: 1204 },
    ],
    lastStack: sampleStack(name),
  };
}

function sampleRelease(organization: Organization, version: string): Release {
  const projects = [...organization.projects.values()];
  const [repository] = organization.repositories;
  if (repository === undefined) throw new Error('no repository');
  const author = { name: `Ada ${version}`, email: 'ada@example.com' };
  const id = '4f1c9a2be0d3576881aa42fbc7e95d60312ffe94';
  const message = `Give coffee a rate\n\n${version}`;
  return {
    ...{ id: 1, version, status: 'open', ref: undefined, url: 'https://shop.example/releases/1', owner: undefined },
    ...{ dateReleased: NOW, dateCreated: NOW - 4000, userAgent: 'test', projects, activities: [] },
    commits: [{ id, repository, message, author, date: NOW, patchSet: [] }],
    headCommits: [{ repository, commit: id }],
    deploys: [
      {
        ...{ id: 1, environment: 'production', name: undefined, url: 'https://github.com/acme/webapp/actions/runs/7' },
        ...{ dateStarted: undefined, dateFinished: NOW, projects },
      },
      {
        ...{ id: 2, environment: version, name: version, url: 'javascript:alert(1)' },
        ...{ dateStarted: undefined, dateFinished: NOW, projects },
      },
    ],
    commitLock: false,
    hasIssue: false,
  };
}

function sampleBundle(organization: Organization, release: string): Bundle {
  const file = (url: string, type: string): BundleFile => ({
    ...{ path: url.replace('~', 'files/_/_'), url, type, headers: new Map(), debugId: ID },
  });
  const files = [
    file('~/assets/order-57Q3IVXK.js', 'minified_source'),
    file('~/assets/order-57Q3IVXK.js.map', 'source_map'),
    file('~/assets/gone.js', 'minified_source'),
  ];
  const archive: BundleArchive = {
    ...{ path: '', size: 18_211, names: [], read: async () => undefined },
    entrySize: (path) => (path.includes('gone') ? undefined : 3299),
  };
  return {
    ...{ id: 1, bundleId: ID, checksum: 'f'.repeat(40), archive, files, debugIds: [], urls: [] },
    releases: [{ release, dist: 'd1' }],
    projects: [...organization.projects.values()],
    dateUploaded: NOW,
    dateModified: NOW,
  };
}

function sampleStack(name: string): StackResolution {
  const raw = { filename: 'https://shop.example/assets/order-57Q3IVXK.js', function: 'i', lineno: 1, colno: 161 };
  return {
    ...{ org: 'acme', release: name, message: `RangeError: Coupon ${name} has no rate for food` },
    frames: [
      {
        ...{ raw, debugId: ID, via: 'debug-id', bundleId: ID, reason: undefined },
        original: {
          ...{ source: '../../src/checkout/coupons.ts', line: 14, column: 11, function: 'discountRate' },
          preContext: ['export function discountRate(): number {', '  if (rate === undefined) {'],
          contextLine: `    throw new RangeError('${name}');`,
          postContext: ['  }', '', '  return rate;', '}'],
        },
      },
      {
        ...{ raw: { ...raw, function: undefined, text: `at ${name}` }, debugId: undefined, via: undefined },
        ...{ bundleId: undefined, original: undefined, reason: `no bundle holds ${name}` },
      },
    ],
  };
}
