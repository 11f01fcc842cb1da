import { createHash } from 'node:crypto';
import type { SourceMapPlan } from '../../../../src/sourcemaps/types.js';
import { crc32Table } from '../../../../src/upload/crc32.js';
import { unitsOf } from './build.js';
import { plainUnit } from './plain-unit.js';

export interface ReferenceRequest {
  readonly org: string;
  readonly projects: readonly string[];
  readonly release?: string;
  readonly dist?: string;
}

/**
 * The archive written the plainest way: one buffer after another, in one thread, from the format's description. It shares no
 * code with the engine but the table CRC, which has its own test. URLs must need no escaping and no suffix.
 */
export function referenceArchive(plan: SourceMapPlan, request: ReferenceRequest): Buffer {
  const parts: Buffer[] = [Buffer.from([0x53, 0x59, 0x53, 0x42, 2, 0, 0, 0])];
  const directory: Buffer[] = [];
  const files: Record<string, object> = {};
  let offset = 8;
  const put = (name: string, data: Buffer): void => {
    const shared = Buffer.concat([
      u16(20),
      u16(0),
      u16(0),
      u16(0),
      u16(0x21),
      u32(crc32Table(data)),
      u32(data.length),
      u32(data.length),
      u16(name.length),
    ]);
    directory.push(
      Buffer.concat([
        u32(0x02014b50),
        u16(0x0314),
        shared,
        u16(0),
        u16(0),
        u16(0),
        u16(0),
        u32(0x81a40000),
        u32(offset),
        Buffer.from(name),
      ]),
    );
    parts.push(Buffer.concat([u32(0x04034b50), shared, u16(0), Buffer.from(name), data]));
    offset += 30 + name.length + data.length;
  };
  for (const unit of unitsOf(plan)) {
    for (const artifact of plainUnit(unit, plan.options).artifacts) {
      const name = artifact.url.replace(/^~\//, 'files/_/_/');
      put(name, Buffer.concat(artifact.pieces));
      files[name] = { type: artifact.type, url: artifact.url, headers: artifact.headers };
    }
  }
  put('manifest.json', manifestOf(Buffer.concat(parts), files, request));
  const central = Buffer.concat(directory);
  const count = u16(directory.length);
  const end = Buffer.concat([u32(0x06054b50), u16(0), u16(0), count, count, u32(central.length), u32(offset), u16(0)]);
  return Buffer.concat([...parts, central, end]);
}

function manifestOf(before: Buffer, files: object, { org, projects, release, dist }: ReferenceRequest): Buffer {
  const lines = JSON.stringify(files).slice(1, -1);
  const id = createHash('sha1').update(createHash('sha1').update(before).digest()).update(lines).digest();
  id[6] = ((id[6] ?? 0) % 16) + 0x50;
  id[8] = ((id[8] ?? 0) % 64) + 0x80;
  const hex = id.toString('hex').slice(0, 32);
  const attributes = {
    debug_id: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    dist,
    org,
    ...(projects.length === 1 ? { project: projects[0] } : { projects: [...projects].sort().join(',') }),
    release,
  };
  return Buffer.from(JSON.stringify({ files, ...attributes }));
}

function u16(value: number): Buffer {
  return Buffer.from([value & 255, value >> 8]);
}

function u32(value: number): Buffer {
  return Buffer.from([value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24]);
}
