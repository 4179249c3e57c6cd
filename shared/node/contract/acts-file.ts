import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type AcceptedAct, acceptedActs } from '../../contract/accepted-act.js';
import { jsonOrUndefined } from '../../fields/json-or-undefined.js';

export function actsFile(brokerFolder: string): string {
  return path.join(brokerFolder, 'trust', 'acts.jsonl');
}

/** Whole lines of the file, which only the bridge writes; none where it has never run. @throws BadInput */
export function readAcceptedActs(brokerFolder: string): AcceptedAct[] {
  const file = actsFile(brokerFolder);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return acceptedActs(
    file,
    lines.map((line) => jsonOrUndefined(line)),
  );
}
