import { createWriteStream, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import tar from 'tar-stream';
import { Failure } from '../../shared/failure.js';

/** Unpacks what `npm run bundle` packed: plain files below one folder, whose name is left out. @throws Failure 'BundleDamaged' */
export async function unpackBundle(archive: Readable, folder: string): Promise<void> {
  const entries = tar.extract();
  const read = pipeline(archive, createGunzip(), entries).catch((error: unknown) => {
    throw damaged(error instanceof Error ? error.message : String(error));
  });
  const write = async () => {
    for await (const entry of entries) {
      const { name, type, mode = 0 } = entry.header;
      if (type !== 'file') throw damaged(`${name} is a ${type}`);
      const target = targetOf(folder, name);
      mkdirSync(path.dirname(target), { recursive: true, mode: 0o755 });
      await pipeline(entry, createWriteStream(target, { flags: 'wx', mode: mode & 0o100 ? 0o755 : 0o644 }));
    }
  };
  const [reading, writing] = await Promise.allSettled([read, write()]);
  // What is wrong with an entry ends the reading too, and is the better word of the two.
  if (writing.status === 'rejected' && writing.reason instanceof Failure) throw writing.reason;
  if (reading.status === 'rejected') throw reading.reason;
  if (writing.status === 'rejected') throw writing.reason;
}

function targetOf(folder: string, name: string): string {
  const parts = name.split('/').slice(1);
  const isPlain = parts.length > 0 && parts.every((part) => /^(?![.]{1,2}$)[^\\:\0]+$/.test(part));
  if (!isPlain) throw damaged(`${JSON.stringify(name)} is no name of a file in a bundle`);
  return path.join(folder, ...parts);
}

const damaged = (how: string): Failure =>
  new Failure('BundleDamaged', `the archive: ${how}`, 'bring the bundle again, and compare its sha256 by another way');
