import type { PublicFill } from '../../shared/public-record/entry.js';
import { sealedHash } from '../../shared/public-record/seal-fill.js';
import type { Checkpoint } from '../../shared/trust/tlog/checkpoint-text.js';
import { leafHash, sameBytes, TreeEdge } from '../../shared/trust/tlog/merkle.js';
import { TILE_WIDTH } from '../../shared/trust/tlog/tiles.js';
import { FetchedTree, type ReadLog } from './fetched-tree.js';

export interface WholeRecord {
  readonly entries: number;
  /** Opened, each as it was sealed. */
  readonly fills: number;
  readonly sealed: number;
  /** Sealed, and not opened by the time that their seal names. */
  readonly overdue: number;
}

export class RecordWrong extends Error {
  override readonly name = 'RecordWrong';
}

interface Seal {
  readonly index: number;
  readonly hash: string;
  readonly opensByMs: number;
}

/** What is sealed and not opened yet, by the number of the fill. */
class Seals {
  readonly open = new Map<number, Seal>();
  private highest = 0;

  add(number: number, seal: Seal): void {
    if (number !== this.highest + 1)
      throw new RecordWrong(`entry ${seal.index} seals fill ${number} after ${this.highest}: the numbers have a hole`);
    this.highest = number;
    this.open.set(number, seal);
  }
}

/** Fills are opened at the next post: seconds of grace. */
const GRACE_MS = 900_000;
const AT_ONCE = 8;

/** The entries of a log, bundle after bundle; some of them on their way at once. @throws RangeError where one is damaged */
export async function fetchBundles(
  size: number,
  read: ReadLog,
  onProgress: (entries: number) => void = () => {},
): Promise<Uint8Array[][]> {
  const tree = new FetchedTree(size, read);
  const count = Math.ceil(size / TILE_WIDTH);
  const bundles: Uint8Array[][] = new Array(count);
  let [next, entries] = [0, 0];
  const worker = async () => {
    for (let bundle = next++; bundle < count; bundle = next++) {
      bundles[bundle] = await tree.entries(bundle);
      entries += bundles[bundle]!.length;
      onProgress(entries);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return bundles;
}

/**
 * Looks at every entry of the log: they hash to its checkpoint, fills are numbered without a hole, and each that is open is the one
 * that was sealed. @throws RecordWrong, with the first entry that is not so
 */
export function checkEverything(
  { size, root }: Checkpoint,
  bundles: readonly (readonly Uint8Array[])[],
  nowMs: number,
): WholeRecord {
  let edge = TreeEdge.empty;
  const seals = new Seals();
  let fills = 0;
  for (const entries of bundles)
    for (const entry of entries) {
      if (takeEntry(entry, edge.size, seals)) fills++;
      edge = edge.with(leafHash(entry));
    }
  if (edge.size !== size || !sameBytes(edge.root(), root))
    throw new RecordWrong('the entries do not hash to the signed checkpoint');
  const overdue = [...seals.open.values()].filter(({ opensByMs }) => opensByMs + GRACE_MS < nowMs).length;
  return { entries: size, fills, sealed: seals.open.size, overdue };
}

const DECODER = new TextDecoder();

/** @returns whether it opens a fill */
function takeEntry(bytes: Uint8Array, index: number, seals: Seals): boolean {
  const entry = JSON.parse(DECODER.decode(bytes)) as Record<string, unknown>;
  if (entry.kind === 'sealed-fill') {
    const { number, hash, at, opensAfterSeconds } = entry as {
      number: number;
      hash: string;
      at: string;
      opensAfterSeconds: number;
    };
    seals.add(number, { index, hash, opensByMs: Date.parse(at) + opensAfterSeconds * 1000 });
    return false;
  }
  if (entry.kind !== 'fill') return false;
  const { number, sealedAs, salt, fill } = entry as {
    number: number;
    sealedAs: number;
    salt: string;
    fill: PublicFill;
  };
  const seal = seals.open.get(number);
  if (seal?.index !== sealedAs)
    throw new RecordWrong(`entry ${index} opens fill ${number}, which entry ${sealedAs} does not seal`);
  if (sealedHash(salt, fill) !== seal.hash)
    throw new RecordWrong(`entry ${index} opens another fill ${number} than was sealed`);
  seals.open.delete(number);
  return true;
}
