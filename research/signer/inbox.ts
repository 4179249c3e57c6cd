import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { Failure } from '../../shared/failure.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { sha256Hex } from '../../shared/reference.js';
import { ARCHIVE_BYTES_MAX } from '../../shared/trust/statement.js';

/**
 * The signer's inbox: files named by their own sha256, which research puts there and the signer reads. A name from
 * outside is never a path, and bytes that are not the ones asked for are none at all.
 */
export class Inbox {
  constructor(private readonly folder: string) {}

  /** @returns the name under which the signer finds it */
  put(bytes: Uint8Array): string {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (!this.holds(sha256, bytes)) replaceFile(this.fileOf(sha256), bytes, this.modeOfFiles());
    return sha256;
  }

  /** Where the signer is another user, the folder is open to the group that both are in, and so are its files. */
  private modeOfFiles(): number {
    mkdirSync(this.folder, { recursive: true });
    return (statSync(this.folder).mode & 0o040) === 0 ? 0o600 : 0o640;
  }

  /** @throws InboxRefused when it is missing, no plain file, too large or not what its name says */
  take(sha256: string, bytesMax = ARCHIVE_BYTES_MAX): Buffer {
    const bytes = readPlainFile(this.fileOf(sha256Hex.parse(sha256)), sha256, bytesMax);
    if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
      throw new InboxRefused(sha256, 'holds other bytes than its name says');
    }
    return bytes;
  }

  /** Removes what has lain there for a day: every request brings its files anew. */
  clean(nowMs: number): void {
    mkdirSync(this.folder, { recursive: true });
    for (const name of readdirSync(this.folder)) {
      const file = path.join(this.folder, name);
      try {
        // Of a link, its own age: not that of what it leads to.
        if (nowMs - lstatSync(file).mtimeMs > KEPT_MS) rmSync(file, { force: true });
      } catch {
        // Gone meanwhile, or not ours to remove: neither matters to what is signed.
      }
    }
  }

  private fileOf(sha256: string): string {
    return path.join(this.folder, sha256);
  }

  private holds(sha256: string, bytes: Uint8Array): boolean {
    try {
      return readFileSync(this.fileOf(sha256)).equals(bytes);
    } catch {
      return false;
    }
  }
}

const KEPT_MS = 86_400_000;

export class InboxRefused extends Failure {
  constructor(sha256: string, what: string) {
    super('InboxRefused', `the signer's inbox: ${sha256} ${what}`, 'ask for the signature again', { sha256 });
  }
}

function readPlainFile(file: string, sha256: string, bytesMax: number): Buffer {
  let descriptor: number;
  try {
    // A FIFO or a device would block the signer for ever, and a link would lead out of the inbox.
    const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;
    descriptor = openSync(file, constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch {
    throw new InboxRefused(sha256, 'is not there, or no plain file');
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw new InboxRefused(sha256, 'is no plain file');
    if (stat.size > bytesMax) throw new InboxRefused(sha256, `has ${stat.size} bytes, ${bytesMax} are allowed`);
    const bytes = Buffer.alloc(stat.size);
    for (let at = 0; at < bytes.length; ) {
      const read = readSync(descriptor, bytes, at, bytes.length - at, at);
      if (read === 0) throw new InboxRefused(sha256, 'was cut off while it was read');
      at += read;
    }
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}
