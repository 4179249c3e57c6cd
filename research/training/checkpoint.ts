import { existsSync, readFileSync } from 'node:fs';
import { replaceFile } from '../../shared/node/disk/replace-file.js';

export interface Checkpoint {
  /** sha256 over all that decides the model: rows, labels, weights, recipe, library. */
  readonly key: string;
  readonly rounds: number;
  readonly model: Uint8Array;
}

/** A fit that was interrupted, at its last stretch; a fresh start where there is none, or it is of other rows. */
export function readCheckpoint(
  file: string | undefined,
  key: string,
): { readonly rounds: number; readonly model: Uint8Array | undefined } {
  const none = { rounds: 0, model: undefined };
  if (file === undefined || !existsSync(file)) return none;
  const bytes = readFileSync(file);
  const end = bytes.indexOf(0x0a);
  const [ofKey, rounds] = bytes.subarray(0, Math.max(0, end)).toString('latin1').split(' ');
  return ofKey === key && Number(rounds) > 0 ? { rounds: Number(rounds), model: bytes.subarray(end + 1) } : none;
}

/** By temp and rename: a killed writer leaves the one before. */
export function writeCheckpoint(file: string, { key, rounds, model }: Checkpoint): void {
  replaceFile(file, Buffer.concat([Buffer.from(`${key} ${rounds}\n`, 'latin1'), model]));
}
