import { type Html, html, list } from './page-html.js';
import type { FrameResolution, OriginalPlace, RawFrame, StackResolution } from './resolve.js';
import { ENGINE_CODE } from './resolve-lookup.js';

/** The last stack that was resolved: as it came, and as the source has it. */
export function stackSection(stack: StackResolution | undefined): Html {
  if (stack === undefined) return html``;
  const own = stack.frames.filter(({ reason }) => reason !== ENGINE_CODE);
  const resolved = own.filter(({ original }) => original !== undefined).length;
  return html`
<h2>Last stack <span class="soft">${resolved} of ${own.length} frames of the app resolved</span></h2>
<div class="stacks">
<section class="panel"><h3>Before, as the engine reported it</h3>
<pre>${[stack.message, ...stack.frames.map(({ raw }) => `    ${rawText(raw)}`)].join('\n')}</pre></section>
<section class="panel"><h3>After, from the uploaded bundles</h3>
<p><b>${stack.message}</b></p>
<ol class="frames">${list(stack.frames, (frame, index) => html`<li>${after(frame, index === 0)}</li>`)}</ol></section>
</div>`;
}

function rawText(raw: RawFrame): string {
  return raw.text ?? `at ${raw.function ?? '<anonymous>'} (${raw.filename}:${raw.lineno}:${raw.colno})`;
}

function after({ original, raw, reason }: FrameResolution, open: boolean): Html {
  if (reason === ENGINE_CODE)
    return html`<code class="soft">${rawText(raw)}</code><br><span class="soft">${reason}</span>`;
  if (original === undefined) {
    return html`<code class="soft">${rawText(raw)}</code><br><span class="bad">not resolved:</span> ${reason}`;
  }
  const title = html`<b>${original.function ?? '(anonymous)'}</b>
<code class="soft">${original.source}:${original.line}:${original.column}</code>`;
  if (original.contextLine === undefined) return title;
  return html`<details${open ? html` open` : undefined}><summary>${title}</summary>${context(original)}</details>`;
}

function context({ line, preContext, contextLine, postContext }: OriginalPlace): Html {
  const first = line - preContext.length;
  const lines = [...preContext, contextLine ?? '', ...postContext];
  const show = (text: string, index: number): Html => {
    const hit = index === preContext.length ? html` class="hit"` : undefined;
    return html`<span${hit}><i>${first + index}</i>${text === '' ? ' ' : text}</span>`;
  };
  return html`<div class="scroll"><code class="source">${list(lines, show)}</code></div>`;
}
