import { createHash, type Hash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import {
  BUNDLE_HEADER,
  centralRecord,
  type Entry,
  endRecord,
  localHeader,
  MAX_ARCHIVE_BYTES,
  MAX_ENTRIES,
  moveRecords,
  storedEntry,
} from './archive.js';
import { ByteBlocks } from './byte-blocks.js';
import { freeMemory } from './free-memory.js';
import type { PackedChunk, PackedUnits } from './jobs.js';
import { type BundleOwner, bundleId, MANIFEST_START, manifestEnd } from './manifest.js';

/** A chunk in the order of the archive, and where its bytes can be had again. */
export interface BundleChunk {
  readonly sha1: string;
  readonly length: number;
  /** Number of the share it belongs to (divide.ts), or its bytes where it belongs to none. */
  readonly from: number | Uint8Array;
}

/** A bundle that is complete. */
export interface Bundle {
  readonly id: string;
  /** SHA-1 of the whole archive. */
  readonly checksum: string;
  readonly chunks: readonly BundleChunk[];
  readonly files: number;
  readonly bytes: number;
}

/** More than manifest.json needs besides the lines of the files. */
const MANIFEST_EXTRA_BYTES = 4096;

/**
 * Puts one archive together from shares in order: counts offsets, collects the central directory and the manifest, hashes
 * everything on the way. The archive itself exists nowhere in one piece.
 */
export class BundleBuilder {
  readonly #hash: Hash = createHash('sha1');
  readonly #chunks: BundleChunk[] = [];
  /** Records of the central directory, in blocks that become chunks. */
  readonly #central: ByteBlocks;
  /** Lines of manifest.json, as they become chunks. */
  readonly #manifest: Uint8Array[] = [];
  /** Parts of the chunk of the manifest that is not complete. */
  #lines: Uint8Array[] = [];
  readonly #maxChunkBytes: number;
  #entries = 0;
  #bytes = 0;
  #tailBytes = MANIFEST_EXTRA_BYTES;

  constructor(maxChunkBytes: number) {
    this.#maxChunkBytes = maxChunkBytes;
    this.#central = new ByteBlocks(maxChunkBytes);
  }

  /** What the archive starts with: a chunk of its own, which every server has after the first upload. */
  start(): readonly BundleChunk[] {
    return this.#append(BUNDLE_HEADER);
  }

  /** False when the units would take the archive past `maxBytes` or the zip's own limits. */
  hasRoomFor(units: PackedUnits, maxBytes: number): boolean {
    const bytes = this.#bytes + units.bytes + this.#tailBytes + tailBytes(units);
    return this.#entries + units.entries < MAX_ENTRIES && bytes <= Math.min(maxBytes, MAX_ARCHIVE_BYTES);
  }

  /** Adds the units of a share. All of its chunks have to follow, by {@link BundleBuilder.addChunks}, before anything else. */
  add(units: PackedUnits): void {
    moveRecords(units.central, this.#bytes);
    this.#bytes += units.bytes;
    this.#tailBytes += tailBytes(units);
    this.#central.append(units.central);
    freeMemory([units.central].filter(isAlone));
    if (units.entries === 0) return;
    if (units.startsManifestChunk) this.#endManifestChunk();
    if (this.#entries > 0) this.#lines.push(COMMA);
    units.manifest.forEach((part, index) => {
      if (index > 0) this.#endManifestChunk();
      this.#lines.push(part);
    });
    this.#entries += units.entries;
  }

  /** Adds chunks of the share added last, whose bytes are `contents`. */
  addChunks(chunks: readonly PackedChunk[], share: number, contents: Iterable<Uint8Array>): void {
    for (const bytes of contents) this.#hash.update(bytes);
    for (const { sha1, length } of chunks) this.#chunks.push({ sha1, length, from: share });
  }

  /** Adds manifest and directory. Returns the bundle and the chunks of its end. */
  finish(owner: BundleOwner, method: 0 | 8): { readonly bundle: Bundle; readonly tail: readonly BundleChunk[] } {
    this.#endManifestChunk();
    const id = bundleId(this.#hash.copy().digest(), this.#manifest);
    const offset = this.#bytes;
    const manifest = method === 0 ? this.#storedManifest(owner, id) : this.#deflatedManifest(owner, id);
    const tail = manifest.parts.flatMap((part) => this.#append(part));
    this.#central.append(centralRecord(manifest.entry, offset));
    this.#central.append(endRecord(this.#entries + 1, this.#central.length, this.#bytes));
    tail.push(...this.#central.blocks().flatMap((block) => this.#append(block)));
    const checksum = this.#hash.digest('hex');
    return { bundle: { id, checksum, chunks: this.#chunks, files: this.#entries, bytes: this.#bytes }, tail };
  }

  #endManifestChunk(): void {
    if (this.#lines.length === 0) return;
    this.#manifest.push(Buffer.concat(this.#lines));
    freeMemory(this.#lines.filter(isAlone));
    this.#lines = [];
  }

  /**
   * The manifest in parts that become chunks of their own. The header in front holds the CRC and is new each time, so it is
   * kept apart from the lines, most of which are equal in the next release.
   */
  #storedManifest(owner: BundleOwner, id: string): { parts: readonly Uint8Array[]; entry: Entry } {
    const start = Buffer.from(MANIFEST_START);
    const end = Buffer.from(manifestEnd(owner, id));
    const entry = storedEntry('manifest.json', [start, ...this.#manifest, end]);
    return { parts: [Buffer.concat([localHeader(entry), start]), ...this.#manifest, end], entry };
  }

  #deflatedManifest(owner: BundleOwner, id: string): { parts: readonly Uint8Array[]; entry: Entry } {
    const text = Buffer.concat([Buffer.from(MANIFEST_START), ...this.#manifest, Buffer.from(manifestEnd(owner, id))]);
    const packed = deflateRawSync(text);
    const entry: Entry = { ...storedEntry('manifest.json', [text]), method: 8, packedBytes: packed.length };
    return { parts: [localHeader(entry), packed], entry };
  }

  /** Appends bytes that belong to no group, in chunks of the greatest length allowed. */
  #append(bytes: Uint8Array): BundleChunk[] {
    const chunks: BundleChunk[] = [];
    for (let at = 0; at < bytes.length; at += this.#maxChunkBytes) {
      const part = bytes.subarray(at, at + this.#maxChunkBytes);
      chunks.push({ sha1: createHash('sha1').update(part).digest('hex'), length: part.length, from: part });
    }
    this.#hash.update(bytes);
    this.#chunks.push(...chunks);
    this.#bytes += bytes.length;
    return chunks;
  }
}

const COMMA = Buffer.from(',');

/** Whether nothing else lies in the same memory, as it does in Node's pool of small buffers and in a copy of it. */
function isAlone(bytes: Uint8Array): boolean {
  return bytes.byteLength === bytes.buffer.byteLength;
}

/** What units add to the end of the archive. */
function tailBytes({ central, manifest }: PackedUnits): number {
  return manifest.reduce((sum, part) => sum + part.length, central.length + 1);
}
