import { existsSync, readFileSync } from 'node:fs';
import { type RollRecord, rollInForce, rollRecord } from '../../contract/roll-record.js';
import { BadInput } from '../../failure.js';
import { jsonOrUndefined } from '../../fields/json-or-undefined.js';

/** Every change of contract of a broker's `roll.jsonl`, oldest first; none where there is no file. @throws BadInput */
export function readRolls(file: string): RollRecord[] {
  if (!existsSync(file)) return [];
  // What comes after the last newline is a line that its process has not finished.
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line, at) => {
    const parsed = rollRecord.safeParse(jsonOrUndefined(line));
    if (parsed.success) return parsed.data;
    throw new BadInput(file, `line ${at + 1}`, 'is no change of contract', 'restore the file from a backup');
  });
}

/** The contract that the bridge of this folder trades. @throws BadInput */
export function contractInUse(
  file: string,
  { localSymbol, roll }: { readonly localSymbol: string; readonly roll: object | null },
): string {
  return roll === null ? localSymbol : (rollInForce(readRolls(file), localSymbol)?.to ?? localSymbol);
}
