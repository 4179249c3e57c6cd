import { existsSync, readFileSync, rmSync, type Stats, statSync } from 'node:fs';
import path from 'node:path';
import { type ArmedSwap, armedSwap } from '../../shared/contract/armed-swap.js';
import { BadInput } from '../../shared/failure.js';
import { renameWithRetry } from '../../shared/node/disk/replace-file.js';

/**
 * `broker/armed/swap.json`. The worker may withdraw it at any time before the swap, so the bridge takes it by renaming
 * it: of the worker's removal and the bridge's rename exactly one succeeds.
 */
export class ArmedFile {
  private readonly file: string;
  private readonly taken: string;
  private seen = '';

  constructor(folder: string) {
    this.file = path.join(folder, 'swap.json');
    this.taken = path.join(folder, 'swap.taken.json');
  }

  /** A bridge that died between taking the file and writing the line left it taken: arm it again. */
  recover(): void {
    this.seen = '';
    if (!existsSync(this.taken)) return;
    if (existsSync(this.file)) rmSync(this.taken);
    else renameWithRetry(this.taken, this.file);
  }

  /**
   * What changed since the last look: 'same', 'withdrawn', or a newly armed swap.
   * @throws BadInput when the file holds something else; the next look says 'same'
   */
  look(): 'same' | 'withdrawn' | ArmedSwap {
    const stat = statOrNull(this.file);
    const identity = stat ? `${stat.ino}/${stat.mtimeMs}/${stat.size}` : '';
    if (identity === this.seen) return 'same';
    this.seen = identity;
    if (!stat) return 'withdrawn';
    return parseArmed(this.file);
  }

  /** @returns false where the worker has withdrawn or replaced the swap */
  take(expected: ArmedSwap): boolean {
    try {
      renameWithRetry(this.file, this.taken);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
    this.seen = '';
    const found = parseArmed(this.taken);
    if (found.payloadSha256 === expected.payloadSha256 && found.shipId === expected.shipId) return true;
    renameWithRetry(this.taken, this.file);
    return false;
  }

  /** The line is on disk: forget the request. */
  remove(): void {
    rmSync(this.taken, { force: true });
  }

  /** Drops a request that is settled already: its line is in the log. */
  discard(): void {
    rmSync(this.file, { force: true });
    this.seen = '';
  }
}

function parseArmed(file: string): ArmedSwap {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new BadInput(file, undefined, `not JSON: ${(error as Error).message}`, 'arm the swap again');
  }
  const parsed = armedSwap.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new BadInput(file, issue.path.join('.') || undefined, issue.message, 'arm the swap again');
}

function statOrNull(file: string): Stats | null {
  try {
    return statSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
