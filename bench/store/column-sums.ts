import { columnsOf } from '../../research/store/datasets.js';
import { readColumns } from '../../research/store/read-columns.js';

/** Of each column how many values there are, and what they add up to: numbers modulo a million, letters as their code. */
export type ColumnSums = Record<string, readonly [values: number, sum: number]>;

const MODULUS = 1e6;

/** Exact: the values are whole numbers or quarters. What a peer that read the same columns must find, too. */
export async function columnSums(files: readonly string[], names: readonly string[]): Promise<ColumnSums> {
  const shape = { counts: false };
  const columns = names.map((name) => columnsOf('mbp10', shape).find((column) => column.name === name)!);
  const sums = names.map((): [number, number] => [0, 0]);
  for await (const { rows, values, valid } of readColumns(files, 'mbp10', names, shape))
    for (const [i, column] of columns.entries()) {
      const numberOf = (value: number | bigint): number =>
        column.type === 'enum' ? column.values[value as number]!.charCodeAt(0) : moduloOf(value);
      for (let row = 0; row < rows; row++) {
        if (valid[i] && ((valid[i][row >> 3]! >> (row & 7)) & 1) === 0) continue;
        sums[i]![0] += 1;
        sums[i]![1] += numberOf(values[i]![row]!);
      }
    }
  return Object.fromEntries(names.map((name, i) => [name, sums[i]!]));
}

function moduloOf(value: number | bigint): number {
  return typeof value === 'bigint' ? Number(value % BigInt(MODULUS)) : value % MODULUS;
}

/** @throws RangeError naming the columns where the two differ */
export function requireSameSums(ours: ColumnSums, peer: ColumnSums): void {
  const different = Object.keys(ours).filter((name) => String(ours[name]) !== String(peer[name]));
  if (different.length > 0) throw new RangeError(`ours and the peer read other values of ${different.join(', ')}`);
}
