import { existsSync } from 'node:fs';
import path from 'node:path';
import { type TradedVolume, tradedVolumes } from '../../contract/traded-volume.js';
import { BadInput } from '../../failure.js';
import { jsonOrUndefined } from '../../fields/json-or-undefined.js';
import { readPlainFile } from '../disk/plain-file.js';

const BYTES_MAX = 1 << 20;

/** The broker worker's, in the folder `broker/` of a home. */
export function volumesFile(brokerFolder: string): string {
  return path.join(brokerFolder, 'seal', 'volumes.json');
}

/** What was traded of which contract when, as far as it is counted; none where there is no file. @throws BadInput, the system error */
export function readVolumes(file: string): readonly TradedVolume[] {
  if (!existsSync(file)) return [];
  const parsed = tradedVolumes.safeParse(jsonOrUndefined(readPlainFile(file, BYTES_MAX).toString('utf8')));
  if (parsed.success) return parsed.data.volumes;
  throw new BadInput(file, undefined, 'is no list of traded volumes', 'remove it: it is counted anew');
}
