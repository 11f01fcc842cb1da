import { bytes, count, type Html, html, list } from './page-html.js';
import { organizationSection } from './page-release.js';
import { stackSection } from './page-stack.js';
import { STYLE } from './page-style.js';
import type { StackResolution } from './resolve.js';
import type { Organization, SandboxState } from './state/types.js';

/** One request as the page lists it. */
export interface PageRequest {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** Bytes of the request's body. */
  readonly bytes: number;
}

/** Everything the page shows. */
export interface PageView {
  /** Where the sandbox listens. */
  readonly url: string;
  readonly state: SandboxState;
  /** Oldest first. */
  readonly requests: readonly PageRequest[];
  readonly lastStack: StackResolution | undefined;
}

const SHOWN_REQUESTS = 100;

/** The page at `/`: what arrived, for a person. No script, nothing from elsewhere, every value escaped. */
export function renderPage(view: PageView): string {
  const organizations = [...view.state.organizations.values()];
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sentry sandbox</title>
<style>${{ markup: STYLE }}</style>
</head>
<body>
<header>
<h1>Sentry sandbox</h1>
<p class="soft">A stand-in for Sentry at <code>${view.url}</code>. This is what arrived; reload to see more.</p>
${figures(organizations, view.requests.length)}
</header>
<main>
${stackSection(view.lastStack)}
${list(organizations, organizationSection)}
${requestSection(view.requests)}
</main>
<footer class="soft">State as JSON: <a href="/_sandbox/state">/_sandbox/state</a></footer>
</body>
</html>
`;
  return page.markup;
}

function figures(organizations: readonly Organization[], requests: number): Html {
  const releases = organizations.flatMap((organization) => [...organization.releases.values()]);
  const bundles = organizations.flatMap((organization) => organization.bundles);
  const items: [number, string][] = [
    [releases.length, 'release'],
    [releases.reduce((sum, release) => sum + release.deploys.length, 0), 'deploy'],
    [bundles.length, 'bundle'],
    [bundles.reduce((sum, bundle) => sum + bundle.files.length, 0), 'file'],
    [requests, 'request'],
  ];
  const show = ([amount, name]: [number, string]): Html =>
    html`<li><b>${amount}</b><span class="soft">${count(amount, name).replace(/^\d+ /, '')}</span></li>`;
  return html`<ul class="figures">${list(items, show)}</ul>`;
}

function requestSection(requests: readonly PageRequest[]): Html {
  const newest = requests.slice(-SHOWN_REQUESTS).toReversed();
  const row = ({ time, method, path, status, bytes: size }: PageRequest): Html => html`<tr>
<td class="whole soft">${new Date(time).toISOString().slice(11, 23)}</td><td class="whole">${method}</td>
<td class="number"><span class="${status < 400 ? 'good' : 'bad'}">${status}</span></td>
<td class="number">${size === 0 ? undefined : bytes(size)}</td><td class="rest"><code>${path}</code></td></tr>`;
  if (newest.length === 0) return html`<h2>Requests</h2><section class="panel soft">None yet.</section>`;
  return html`<h2>Requests <span class="soft">newest first</span></h2>
<section class="panel"><div class="scroll"><table>
<tr><th>Time</th><th>Method</th><th class="number">Status</th><th class="number">Body</th><th>Path</th></tr>
${list(newest, row)}
</table></div></section>`;
}
