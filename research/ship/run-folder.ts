import { createHash } from 'node:crypto';
import { existsSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { Failure } from '../../shared/failure.js';
import { NotPlainFile, readPlainFile } from '../../shared/node/disk/plain-file.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { asked } from '../../shared/orchestration/asked.js';
import { folderNameOf, runIdentity } from '../../shared/orchestration/ship/ship-id.js';
import { type Reference, reference } from '../../shared/reference.js';

/** Whoever starts a workflow chooses its id. */
const OTHER_ID = 'start it with another workflow id, such as ship/mine';
/** Far above any file that a step hands to the next one; what is longer is not read. */
const FILE_BYTES_MAX = 2 ** 31;

/**
 * Everything that one run of a workflow makes on the research tier, in a folder of its own. Every step writes whole files,
 * so that a step that is done again after a crash leaves the same folder.
 *
 * What a step hands to the next one goes through Temporal as a reference, and whoever reaches Temporal can write one. So a
 * reference names no place: its `uri` tells people where the file is, and the step that reads knows itself which file of
 * this folder is meant. Hash and size of the reference decide whether it is the right one.
 */
export class RunFolder {
  readonly path: string;

  /** @throws Failure 'WrongAsk' for an identity that no run has */
  constructor(parent: string, identity: string) {
    const own = path.join(parent, folderNameOf(asked(runIdentity, identity, OTHER_ID)));
    const former = path.join(parent, identity.replace(/[^A-Za-z0-9._-]+/g, '-'));
    // Runs that began when folders were named otherwise go on in theirs. No folder is named so since: names have a ~.
    this.path = !existsSync(own) && existsSync(former) ? former : own;
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

  /** The bytes of this folder's file `name`, which the reference must mean. @throws Failure 'ReferenceBroken', 'WrongAsk' */
  read(meant: unknown, name: string): Buffer {
    const { sha256, bytes: size } = asked(reference, meant);
    const bytes = this.readBounded(name, Math.min(size, FILE_BYTES_MAX));
    if (bytes.length !== size || hashOf(bytes) !== sha256) throw broken(this.file(name), 'has changed since');
    return bytes;
  }

  /** The bytes of this folder's file `name`, whatever they are. @throws Failure 'ReferenceBroken' where there is no such plain file */
  readOwn(name: string, bytesMax: number): Buffer {
    const bytes = this.readBounded(name, bytesMax);
    if (bytes.length > bytesMax) throw broken(this.file(name), `has more than ${bytesMax} bytes`);
    return bytes;
  }

  /**
   * The path of this folder's file `name`, for readers of files too large to be held twice; they compare the hash.
   * @throws Failure 'ReferenceBroken', 'WrongAsk'
   */
  locate(meant: unknown, name: string): { readonly file: string; readonly sha256: string } {
    const { sha256, bytes } = asked(reference, meant);
    const file = this.inside(name);
    const found = statSync(file);
    if (!found.isFile() || found.size !== bytes) throw broken(file, 'has changed since');
    return { file, sha256 };
  }

  private readBounded(name: string, bytesMax: number): Buffer {
    const file = this.inside(name);
    try {
      return readPlainFile(file, bytesMax);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined && !(error instanceof NotPlainFile)) throw error;
      throw broken(file, error instanceof NotPlainFile ? 'is not a plain file' : `cannot be read (${code})`);
    }
  }

  /** The file's real path, which links in this folder must not lead out of. */
  private inside(name: string): string {
    const file = this.file(...name.split('/'));
    try {
      const real = realpathSync(file);
      if (real.startsWith(realpathSync(this.path) + path.sep)) return real;
    } catch (error) {
      throw broken(file, `cannot be read (${(error as NodeJS.ErrnoException).code})`);
    }
    throw broken(file, 'leads out of its folder');
  }
}

export function referenceTo(file: string, bytes: Uint8Array): Reference {
  return { uri: file, sha256: hashOf(bytes), bytes: bytes.length };
}

/** Says which file and never what is in it, not even its hash. */
function broken(file: string, what: string): Failure {
  return new Failure('ReferenceBroken', `${file} ${what}, or was never meant by this step`, 'start anew');
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
