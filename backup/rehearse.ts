import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Openers } from './age.js';
import type { OtherSide } from './other-side.js';
import { proofsOf } from './proofs.js';
import { restoreBackup } from './restore.js';
import { settleHome } from './settle.js';

export interface Rehearsed {
  readonly manifestSha256: string;
  readonly at: string;
  readonly files: number;
  readonly bytes: number;
  /** What settling said. */
  readonly settled: readonly string[];
  /** What the product's own readers found in order. */
  readonly proved: readonly string[];
  /** And what they did not; empty where all is well. */
  readonly faults: readonly string[];
}

/**
 * Restores a backup where nobody uses it, settles it, opens all that counts with the readers of the product, and removes it again.
 * @throws Failure as restoring and settling
 */
export async function rehearse(ask: {
  readonly file: string;
  readonly openers: Openers;
  readonly broker: string;
  /** `public.origin`. */
  readonly origin: string;
  readonly epoch: number;
  readonly side: OtherSide;
  /** It holds keys while this runs. */
  readonly folder: string | null;
  readonly nowMs: () => number;
}): Promise<Rehearsed> {
  const room = mkdtempSync(path.join(ask.folder ?? os.tmpdir(), 'believe-rehearsal-'));
  const home = path.join(room, 'home');
  try {
    const { manifest, manifestSha256 } = await restoreBackup({
      file: ask.file,
      home,
      openers: ask.openers,
      nowMs: ask.nowMs(),
    });
    const settled = settleHome({ ...ask, home });
    const { proved, faults } = proofsOf({ home, broker: ask.broker, origin: ask.origin });
    const { at, files } = manifest;
    return {
      ...{ manifestSha256, at, files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) },
      ...{ settled: settled.lines, proved, faults },
    };
  } finally {
    rmSync(room, { recursive: true, force: true });
  }
}
