import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { BadInput } from '../../shared/failure.js';
import type { Bar } from '../../shared/market/events/bar.js';
import type { EventBatch } from '../../shared/market/events/event-batch.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';

/** Where a market's events come from. `open` may be called again to play them once more. */
export interface Tape {
  readonly instrument: string;
  /** Price of one tick, in contract points. */
  readonly tickSize: number;
  readonly levels: number;
  /** True where the data says that it is made up; said again wherever the tape is named. */
  readonly synthetic: boolean;
  /** Time of the first event, milliseconds since the epoch. */
  readonly firstMs: number;
  /** Five-minute bars of the contract before the tape, oldest first. */
  readonly bars?: readonly Bar[];
  /** A batch's columns are valid until the next one is asked for. */
  open(): AsyncIterable<EventBatch>;
}

/**
 * The tape of one depth file (.jsonl or .jsonl.gz), or of a folder of `dom_ib*` files in the order of their names.
 * @throws BadInput where there is none, or a file's header or first event cannot be read
 */
export async function openTape(dataPath: string): Promise<Tape> {
  const files = filesOf(dataPath);
  const { header, batches } = await openDepthFile(files[0]!);
  let firstMs: number | undefined;
  for await (const batch of batches()) {
    firstMs = timeMs(batch, 0);
    break;
  }
  if (firstMs === undefined)
    throw new BadInput(files[0]!, undefined, 'holds no events', 'give a file with depth events');
  return {
    instrument: header.instrument,
    tickSize: header.tickSize,
    levels: header.levels,
    synthetic: header.synthetic === true || header.source === 'synthetic',
    firstMs,
    async *open() {
      for (const file of files) yield* (await openDepthFile(file)).batches();
    },
  };
}

/** Receive time of a row, milliseconds since the epoch. */
export function timeMs(batch: EventBatch, at: number): number {
  return Number(batch.baseNs / 1_000_000n) + Number(batch.baseNs % 1_000_000n) / 1e6 + batch.tsRecvNs[at]! / 1e6;
}

function filesOf(dataPath: string): string[] {
  const stat = statSync(dataPath, { throwIfNoEntry: false });
  if (!stat) throw new BadInput(dataPath, undefined, 'there is no such file', 'name a .jsonl or .jsonl.gz depth file');
  if (!stat.isDirectory()) return [dataPath];
  const files = readdirSync(dataPath)
    .filter((name) => /^dom_ib.*\.jsonl(\.gz)?$/.test(name))
    .sort()
    .map((name) => path.join(dataPath, name));
  if (files.length === 0)
    throw new BadInput(
      dataPath,
      undefined,
      'the folder holds no dom_ib*.jsonl file',
      'name a depth file, or their folder',
    );
  return files;
}
