import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { replaceFile } from '../../shared/disk/replace-file.js';
import { Failure } from '../../shared/failure.js';
import type { Reference } from '../../shared/reference.js';

/**
 * Everything that one ship makes on the research tier, in a folder of its own: `research/ships/<ship>/`. Every step
 * writes whole files, so that a step that is done again after a crash leaves the same folder.
 */
export class ShipFolder {
  readonly path: string;

  constructor(researchFolder: string, shipId: string) {
    this.path = path.join(researchFolder, 'ships', shipId.replace(/[^A-Za-z0-9._-]+/g, '-'));
  }

  file(...names: string[]): string {
    return path.join(this.path, ...names);
  }

  /** Writes a file and says what was written. */
  write(name: string, bytes: Uint8Array | string): Reference {
    replaceFile(this.file(name), bytes);
    return referenceTo(this.file(name), Buffer.from(bytes as Uint8Array));
  }

  writeJson(name: string, value: unknown): Reference {
    return this.write(name, `${JSON.stringify(value)}\n`);
  }
}

export function referenceTo(file: string, bytes: Uint8Array): Reference {
  return { uri: file, sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
}

/** The bytes that a reference means. @throws Failure 'ReferenceBroken' when the file is missing or holds other bytes */
export function readReference({ uri, sha256 }: Reference): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(uri);
  } catch (error) {
    throw new Failure('ReferenceBroken', `cannot read ${uri}: ${(error as Error).message}`, 'start a new ship');
  }
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) {
    throw new Failure('ReferenceBroken', `${uri} has changed since it was written`, 'start a new ship', {
      sha256,
      found,
    });
  }
  return bytes;
}
