import { existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type LiveRelease, liveRelease } from '../../shared/contract/live-release.js';
import type { SwapRecord } from '../../shared/contract/swap-record.js';
import { liveFolder, readLiveReleases } from '../../shared/node/contract/live-releases.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';

/**
 * `broker/trust/live/`: which release trades. One file for each swap, written before the line of `swaps.jsonl`; every
 * swap has a higher counter than the one before, so the highest is the one in use, and a line that was put back or added
 * there brings no older release back.
 */
export class LiveReleases {
  private readonly folder: string;

  constructor(private readonly brokerFolder: string) {
    this.folder = liveFolder(brokerFolder);
  }

  /** False in a home whose bridges so far knew only swaps.jsonl. */
  get isKept(): boolean {
    return existsSync(this.folder);
  }

  /** From now on only what is kept here is in use. */
  begin(): void {
    mkdirSync(this.folder, { recursive: true });
  }

  /** @throws Failure LiveReleaseLost */
  newest(): LiveRelease | null {
    return readLiveReleases(this.brokerFolder).at(-1) ?? null;
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
}
