import type { SandboxState } from './state/types.js';

/** The page at `/`: what arrived, for a person. */
export function renderPage(state: SandboxState, url: string): string {
  const names = [...state.organizations.keys()].map((slug) => `<li>${encodeURIComponent(slug)}</li>`).join('');
  return `<!doctype html><title>Sandbox</title><h1>Sandbox at ${encodeURI(url)}</h1><ul>${names}</ul>`;
}
