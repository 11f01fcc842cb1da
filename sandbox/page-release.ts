import { bytes, count, type Html, html, link, list, time } from './page-html.js';
import type { Bundle, BundleFile, Commit, Deploy, Organization, Release } from './state/types.js';

/** Rows beyond this are counted, not shown: the page stays one that a browser opens at once. */
const MAX_ROWS = 200;

/** One organization with what it had before anything arrived, its releases and its bundles. */
export function organizationSection(organization: Organization): Html {
  const releases = [...organization.releases.values()].toReversed();
  const bundles = organization.bundles.toReversed();
  return html`
<h2>Organization <code>${organization.slug}</code></h2>
<section class="panel">${setup(organization)}</section>
<h2>Releases</h2>
${releases.length === 0 ? empty('No release yet.') : list(releases, releasePanel)}
<h2>Bundles</h2>
${bundles.length === 0 ? empty('No bundle yet.') : list(bundles, (bundle) => bundlePanel(organization, bundle))}`;
}

const empty = (text: string): Html => html`<section class="panel soft">${text}</section>`;

function setup({ projects, repositories, chunks }: Organization): Html {
  const size = [...chunks.values()].reduce((sum, chunk) => sum + chunk.size, 0);
  const names = repositories.map(({ name, provider }) => `${name} (${provider ?? 'no provider'})`);
  return html`<dl>
<dt>Projects</dt><dd>${[...projects.keys()].join(', ') || 'none'}</dd>
<dt>Repositories</dt><dd>${names.join(', ') || 'none'}</dd>
<dt>Chunks kept</dt><dd>${count(chunks.size, 'chunk')}, ${bytes(size)}</dd>
</dl>`;
}

function releasePanel(release: Release): Html {
  const state =
    release.dateReleased === undefined
      ? html`<span class="soft">not finalized</span>`
      : html`<span class="good">finalized</span> <span class="soft">${time(release.dateReleased)}</span>`;
  const projects = release.projects.map(({ slug }) => slug).join(', ');
  return html`<section class="panel"><div class="head"><h3>${release.version}</h3><div>${state}</div></div>
<dl><dt>Projects</dt><dd>${projects || 'none'}</dd>
<dt>Created</dt><dd>${time(release.dateCreated)}</dd>
${release.url === undefined ? undefined : html`<dt>Url</dt><dd>${link(release.url)}</dd>`}
<dt>Commits</dt><dd>${commitsText(release)}</dd>
<dt>Deploys</dt><dd>${release.deploys.length === 0 ? 'none' : undefined}${list(release.deploys, deployLine)}</dd></dl>
${commitTable(release.commits)}</section>`;
}

function commitsText(release: Release): string {
  const heads = release.headCommits.map(({ repository, commit }) => `${repository.name}@${commit.slice(0, 12)}`);
  const known = release.commits.length === 0 ? 'none' : count(release.commits.length, 'commit');
  return heads.length === 0 ? known : `${known}, head ${heads.join(', ')}`;
}

function deployLine(deploy: Deploy): Html {
  const name = deploy.name === undefined ? undefined : html` “${deploy.name}”`;
  const url = deploy.url === undefined ? undefined : html`<br>${link(deploy.url)}`;
  return html`<div><b>${deploy.environment}</b>${name} <span class="soft">deploy ${deploy.id}, ${time(deploy.dateFinished)}</span>${url}</div>`;
}

function commitTable(commits: readonly Commit[]): Html | undefined {
  if (commits.length === 0) return undefined;
  return html`<details><summary>${count(commits.length, 'commit')}, newest first</summary><div class="scroll"><table>
<tr><th>Commit</th><th>Message</th><th>Author</th><th>Repository</th></tr>
${list(
  commits.slice(0, MAX_ROWS),
  ({ id, message, author, repository }) => html`<tr><td class="whole"><code>${id.slice(0, 12)}</code></td>
<td>${message?.split('\n')[0]}</td><td>${author?.name ?? author?.email}</td><td>${repository.name}</td></tr>`,
)}
</table></div>${more(commits.length)}</details>`;
}

function bundlePanel(organization: Organization, bundle: Bundle): Html {
  const chunks = organization.assembleStatus.get(bundle.checksum)?.chunks.length;
  const releases = bundle.releases.map(({ release, dist }) => (dist === '' ? release : `${release} (dist ${dist})`));
  const parts = chunks === undefined ? undefined : html` in ${count(chunks, 'chunk')}`;
  return html`<section class="panel"><div class="head"><h3><code>${bundle.bundleId}</code></h3>
<div class="soft">${bytes(bundle.archive.size)}${parts}</div></div>
<dl><dt>Release</dt><dd>${releases.join(', ') || 'none: tied by debug id alone'}</dd>
<dt>Projects</dt><dd>${bundle.projects.map(({ slug }) => slug).join(', ')}</dd>
<dt>Uploaded</dt><dd>${time(bundle.dateUploaded)}</dd>
<dt>Checksum</dt><dd><code>${bundle.checksum}</code></dd></dl>
${fileTable(bundle)}</section>`;
}

function fileTable(bundle: Bundle): Html {
  const withIds = bundle.files.filter(({ debugId }) => debugId !== undefined).length;
  const row = (file: BundleFile): Html => {
    const size = bundle.archive.entrySize(file.path);
    return html`<tr><td><code>${file.url ?? file.path}</code></td><td class="whole">${file.type?.replace('_', ' ')}</td>
<td class="whole"><code>${file.debugId}</code></td>
<td class="number">${size === undefined ? html`<span class="bad">not in the archive</span>` : bytes(size)}</td></tr>`;
  };
  return html`<details${bundle.files.length <= 20 ? html` open` : undefined}>
<summary>${count(bundle.files.length, 'file')}, ${withIds} with debug id</summary><div class="scroll"><table>
<tr><th>Url</th><th>Type</th><th>Debug id</th><th class="number">Size</th></tr>
${list(bundle.files.slice(0, MAX_ROWS), row)}
</table></div>${more(bundle.files.length)}</details>`;
}

const more = (total: number): Html | undefined =>
  total <= MAX_ROWS ? undefined : html`<p class="soft">… and ${total - MAX_ROWS} more</p>`;
