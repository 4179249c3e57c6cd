import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../../shared/disk/replace-file.js';
import { Failure } from '../../shared/failure.js';
import { type SwapRecord, swapRecord } from '../../shared/handover/swap-record.js';
import { comparePins } from '../../shared/release/pin.js';

const liveRelease = z.strictObject({
  v: z.literal(1),
  epoch: z.number().int().positive(),
  /** Its line of swaps.jsonl. */
  swap: swapRecord,
});
export type LiveRelease = Readonly<z.infer<typeof liveRelease>>;

/**
 * `broker/trust/live/`: which release trades, beside the pin and as safe as it. One file for each swap, written before the
 * line of `swaps.jsonl`; every swap has a higher counter than the one before, so the highest is the one in use, and a
 * line that was put back or added there brings no older release back.
 */
export class LiveReleases {
  private readonly folder: string;

  constructor(brokerFolder: string) {
    this.folder = path.join(brokerFolder, 'trust', 'live');
  }

  /** False in a home whose bridges so far knew only swaps.jsonl. */
  get isKept(): boolean {
    return existsSync(this.folder);
  }

  /** From now on only what is kept here is in use. */
  begin(): void {
    mkdirSync(this.folder, { recursive: true });
  }

  /** @throws Failure LiveReleaseLost where a file of it cannot be read: nobody then knows which one is the newest */
  newest(): LiveRelease | null {
    if (!this.isKept) return null;
    const names = readdirSync(this.folder).filter((name) => name.endsWith('.json'));
    return names
      .map((name) => this.read(path.join(this.folder, name)))
      .reduce<LiveRelease | null>(
        (newest, one) => (newest === null || comparePins(placeOf(one), placeOf(newest)) > 0 ? one : newest),
        null,
      );
  }

  /** Waits for the disk. @throws the system error: then it is not in use */
  keep(epoch: number, swap: SwapRecord): void {
    replaceFile(this.fileOf(epoch, swap), `${JSON.stringify(liveRelease.parse({ v: 1, epoch, swap }))}\n`);
  }

  /** The swap did not happen after all. */
  withdraw(epoch: number, swap: SwapRecord): void {
    rmSync(this.fileOf(epoch, swap), { force: true });
  }

  private fileOf(epoch: number, { counter }: SwapRecord): string {
    return path.join(this.folder, `e${epoch}-c${counter}.json`);
  }

  private read(file: string): LiveRelease {
    try {
      return liveRelease.parse(JSON.parse(readFileSync(file, 'utf8')));
    } catch (error) {
      throw new Failure(
        'LiveReleaseLost',
        `${file} cannot be read, so the release in use is not known: ${(error as Error).message}`,
        'restore trust/live/ from the backup, or remove this file and ship again',
        { file },
      );
    }
  }
}

function placeOf({ epoch, swap }: LiveRelease): { epoch: number; counter: number } {
  return { epoch, counter: swap.counter };
}
