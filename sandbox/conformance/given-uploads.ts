import { forgetChunks, setAssembleStatus } from '../bundles/status.js';
import { isObject, type JsonObject } from '../json.js';
import type { AssembleState } from '../state/types.js';
import { type Case, Inexpressible } from './case.js';
import type { Phrase } from './given.js';
import { durationMs } from './words.js';
import { contentOf, type Live, type World } from './world.js';

/** The checksum and chunks of the case's request. */
function asked(world: World): { checksum: string; chunks: string[] } {
  const json = isObject(world.subject.request['json']) ? world.subject.request['json'] : {};
  const chunks = Array.isArray(json['chunks']) ? json['chunks'].map(String) : [];
  return { checksum: String(json['checksum'] ?? ''), chunks };
}

function uploadAsked(world: World): void {
  const { checksum, chunks } = asked(world);
  world.steps.push(async (live) => {
    for (const sha1 of new Set(chunks.length > 0 ? chunks : [checksum])) await live.uploadChunk(contentOf(sha1));
  });
}

function setStatus(world: World, state: string, detail: string): void {
  const job = asked(world);
  if (job.chunks.length > 0) uploadAsked(world);
  world.steps.push(async ({ sandbox, org }) => {
    setAssembleStatus(sandbox.services, org, job, state as AssembleState, detail === '' ? undefined : detail);
  });
}

/** Cases that are not in the file, by the words of their names: the request such a case sends. */
const ABSENT: readonly { readonly words: RegExp; readonly change: (json: JsonObject) => JsonObject }[] = [
  {
    words: /rel bad repo/,
    change: (json) => ({ ...json, refs: [{ repository: 'not-a-repo', commit: 'a'.repeat(40) }] }),
  },
];

function runOther(world: World, id: string): void {
  const other = world.find(id) ?? absentCase(world, id);
  const own = world.subject;
  world.subject = other;
  world.understand(other.given);
  world.subject = own;
  world.steps.push((live) => live.send(other));
}

function absentCase(world: World, id: string): Case {
  const known = ABSENT.find(({ words }) => words.test(id.replaceAll('-', ' ')));
  if (known === undefined) throw new Inexpressible(`there is no case ${id} in the file`);
  const { subject } = world;
  const json = isObject(subject.request['json']) ? subject.request['json'] : {};
  return { ...subject, id, given: '', request: { ...subject.request, json: known.change(json) } };
}

/** To the other organization: chunks belong to one, and are missing everywhere else. */
function moveChunks({ sandbox, org }: Live): void {
  const other = [...sandbox.state.organizations.values()].find((candidate) => candidate !== org);
  for (const [sha1, chunk] of org.chunks) other?.chunks.set(sha1, chunk);
  org.chunks.clear();
}

const CASE_ID = '([TSI]-[\\w.-]+)';

export const UPLOAD_PHRASES: readonly Phrase[] = [
  { form: new RegExp(`^after ${CASE_ID}$`), apply: (world, [id = '']) => runOther(world, id) },
  { form: new RegExp(`^within [\\w. ]+ (?:after|of) ${CASE_ID}$`), apply: (world, [id = '']) => runOther(world, id) },
  {
    form: new RegExp(`^(?:more than )?(\\d+ \\w+) after ${CASE_ID}$`),
    apply: (world, [wait = '', id = '']) => {
      runOther(world, id);
      world.steps.push(async (live) => live.sandbox.clock.advance(durationMs(wait) + 1000));
    },
  },
  { form: new RegExp(`^as ${CASE_ID}$`), apply: (world, [id = '']) => runOther(world, id) },
  {
    form: /^(?:then )?(\d+ \w+) (?:later|passed|have passed|pass)$/i,
    apply: (world, [wait = '']) => advance(world, wait),
  },
  {
    form: /^(?:then )?(?:bundle )?chunks?(?: [A-Z0-9]+)? (?:is |was |are )?uploaded(?:,? no status)?$/i,
    apply: uploadAsked,
  },
  { form: /^(?:bundle )?chunks?(?: [A-Z])? (?:is )?not uploaded$|^no status$/i, apply: () => undefined },
  {
    form: /^(?:bundle )?chunks?(?: [A-Z])? (?:is |was )?(?:only )?(?:known|owned|uploaded) (?:only )?(?:from|to|in|by) another org(?:anization)?(?: only)?$/i,
    apply: (world) => {
      uploadAsked(world);
      world.steps.push(async (live) => moveChunks(live));
    },
  },
  {
    form: /^(?:(?:cached|assemble) )*status(?: of [A-Z])? (?:is )?(created|assembling|ok|error|not_found)(?: cached)?(?: ?[/:,] ?(.+))?$/i,
    apply: (world, [state = '', detail = '']) => setStatus(world, state, detail),
  },
  { form: /^(?:the )?job (?:is )?done$/i, apply: (world) => setStatus(world, 'ok', '') },
  { form: /^(?:the )?job (?:is )?running$/i, apply: (world) => setStatus(world, 'assembling', '') },
  {
    form: /^(?:then )?(?:the )?chunks? (?:is |are )?(?:forgotten|gone|deleted|no longer owned by the org)$/i,
    apply: (world) => void world.steps.push(async (live) => forgetChunks(live.org, 'all')),
  },
  ...optionPhrases(),
];

function advance(world: World, wait: string): void {
  world.steps.push(async (live) => live.sandbox.clock.advance(durationMs(wait) + 1000));
}

function optionPhrases(): Phrase[] {
  return [
    { form: /^no (?:upload url )?prefix$/i, apply: () => undefined },
    { form: /^relative urls enabled$/i, apply: () => undefined },
    {
      form: /^relative urls disabled$/i,
      apply: (world) => {
        world.options.relativeUrls = false;
      },
    },
    {
      form: /^(?:system\.)?upload[- ]url[- ]prefix (?:is |= ?|set to )?(https?:\/\/\S+)$/i,
      apply: (world, [prefix = '']) => {
        world.options.uploadUrlPrefix = prefix;
      },
    },
    {
      form: /^org(?:anization)? on the no-compression list$/i,
      apply: (world) => {
        world.org.noCompression = true;
      },
    },
  ];
}
