import { type Context, createContext, runInContext } from 'node:vm';

/** What the injection may do to a file, judged by bytes alone: insert two texts into a script, set the id and the mappings of a map. */

const ID = /\/\/# debugId=([0-9a-f-]{36})\r?\n$/;

/** The debug id of an injected script, which is the original with two insertions; undefined when nothing was changed. @throws otherwise */
export function idOfWholeScript(before: Buffer, after: Buffer): string | undefined {
  if (after.equals(before)) return undefined;
  const text = after.toString('latin1');
  const original = before.toString('latin1');
  const id = ID.exec(text)?.[1];
  if (id === undefined) throw new Error(`changed, without an id at its end: …${text.slice(-80)}`);
  const body = text.replace(ID, '');
  // The comment begins a line: where the original had not ended its last one, a line end came before it.
  const wholes = [body, body.replace(/\r?\n$/, '')];
  const snippet = wholes.map((whole) => insertedInto(original, whole)).find((found) => found !== undefined);
  if (!snippet?.includes(id)) throw new Error('changed, but not by one snippet with its id and the comment alone');
  return id;
}

/** The one text that makes `whole` of `original`; undefined when there is none. */
function insertedInto(original: string, whole: string): string | undefined {
  const length = whole.length - original.length;
  let at = 0;
  while (at < original.length && original[at] === whole[at]) at += 1;
  return length >= 0 && whole.slice(at + length) === original.slice(at) ? whole.slice(at, at + length) : undefined;
}

/** The debug id of a map that is else what it was; undefined when nothing was changed. @throws when it is no JSON any more, or lost something */
export function idOfWholeMap(before: Buffer, after: Buffer): string | undefined {
  if (after.equals(before)) return undefined;
  const [was, is] = [before, after].map((bytes) => JSON.parse(bytes.toString('utf8')) as Record<string, unknown>);
  const { debugId, debug_id: _id, mappings, sections: _sections, ...rest } = is ?? {};
  const { debugId: _1, debug_id: _2, mappings: mappingsBefore, sections: _3, ...restBefore } = was ?? {};
  if (JSON.stringify(rest) !== JSON.stringify(restBefore)) throw new Error('a key of the map was lost or changed');
  if (typeof mappings !== typeof mappingsBefore) throw new Error('the mappings were lost');
  if (!String(mappings ?? '').endsWith(String(mappingsBefore ?? ''))) throw new Error('the mappings were cut');
  return String(debugId);
}

/** What the script does when it runs, in a world of its own: whom it calls, and how it ends. */
export function outcomeOf(script: Buffer): string {
  const called: string[] = [];
  const world: Context = createContext({ a: () => called.push('a'), good: () => called.push('good') });
  try {
    runInContext(script.toString('latin1'), world, { timeout: 5_000 });
    return `calls ${called.join()}`;
  } catch (thrown) {
    return `calls ${called.join()}, ends with ${(thrown as Error).name}`;
  }
}
