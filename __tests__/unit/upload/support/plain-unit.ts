import { readFileSync } from 'node:fs';
import type { Artifact, SourceFile } from '../../../../src/sourcemaps/types.js';
import type { ProcessUnit } from '../../../../src/upload/pack.js';

/**
 * Edits nothing: the files go into the bundle as they are, in two pieces, with an id made from the script's name. As the real one
 * it reads into the memory it is given, which the packer uses again.
 */
export const plainUnit: ProcessUnit = (unit, _options, allocate = (bytes) => Buffer.alloc(bytes)) => {
  const id = debugIdOf((unit.js ?? unit.map)?.name ?? '');
  const artifacts: Artifact[] = [];
  const add = (file: SourceFile | undefined, type: Artifact['type'], headers: Artifact['headers']): void => {
    if (file === undefined) return;
    const content = readFileSync(file.path);
    const bytes = allocate(content.length);
    bytes.set(content);
    const middle = bytes.length >> 1;
    const pieces = [bytes.subarray(0, middle), bytes.subarray(middle)];
    artifacts.push({ url: file.url, name: file.name, type, headers, pieces });
  };
  add(unit.js, 'minified_source', {
    'debug-id': id,
    ...(unit.reference === undefined ? {} : { sourcemap: unit.reference }),
  });
  add(unit.map, 'source_map', { 'debug-id': id });
  return { artifacts, diagnoses: [] };
};

function debugIdOf(name: string): string {
  const hex = Buffer.from(name).toString('hex').padEnd(32, '0').slice(-32);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}
