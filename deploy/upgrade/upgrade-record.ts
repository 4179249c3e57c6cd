import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { BadInput } from '../../shared/failure.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { readJson } from '../../shared/node/files/read-json.js';
import type { Builds } from './builds.js';

/** The newest move from one build to another: what a command that was cut goes on with, and what `--back` goes back to. */
const upgradeRecord = z.strictObject({
  v: z.literal(1),
  from: z.string().min(1),
  to: z.string().min(1),
  direction: z.enum(['forward', 'back']),
  /** Services that run the new build already. */
  restarted: z.array(z.string()),
  isDone: z.boolean(),
});
export type UpgradeRecord = Readonly<z.infer<typeof upgradeRecord>>;

/** Null where nothing was ever upgraded. @throws BadInput for a file that says something else */
export function readRecord(builds: Builds): UpgradeRecord | null {
  const file = recordFile(builds);
  if (!existsSync(file)) return null;
  const record = readJson(file, upgradeRecord);
  if (record === null) throw new BadInput(file, undefined, 'is no record of an upgrade', 'find out who changed it');
  return record;
}

export function writeRecord(builds: Builds, record: UpgradeRecord): void {
  replaceFile(recordFile(builds), `${JSON.stringify(record)}\n`, 0o644);
}

const recordFile = (builds: Builds): string => path.join(builds.folder, 'upgrade.json');
