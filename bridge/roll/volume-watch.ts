import { statSync } from 'node:fs';
import type { RollRule } from '../../shared/config/market.js';
import type { TradedVolume } from '../../shared/contract/traded-volume.js';
import { decideByVolume, type VolumeDecision } from '../../shared/market/roll/volume-rule.js';
import { readVolumes } from '../../shared/node/contract/volumes-file.js';
import type { MarketHours } from '../market-hours.js';

export interface VolumeWatchDeps {
  /** What the broker worker has counted. */
  readonly file: string;
  readonly rule: RollRule;
  /** The contract that is traded. */
  readonly present: string;
  readonly hours: Pick<MarketHours, 'watchedDates'>;
  /** The list cannot be read: then the calendar decides. */
  readonly onTrouble: (error: Error) => void;
}

/**
 * Whether volume has decided for the next contract: from counts of what this bridge captured and research has acknowledged, and of
 * dates within the window of the rule only. Nothing that is written there brings the roll before that window, nor behind the calendar's date.
 */
export class VolumeWatch {
  private volumes: readonly TradedVolume[] = [];
  private seen = '';

  constructor(private readonly deps: VolumeWatchDeps) {}

  /** @param next null while it is not known */
  decide(next: string | null, marketMs: number): VolumeDecision {
    const { present, hours, rule } = this.deps;
    if (next === null) return { decidedBy: null, dates: [] };
    this.look();
    return decideByVolume({ present, next, volumes: this.volumes, tradeDates: hours.watchedDates(marketMs), rule });
  }

  /** It changes once or twice a day: it is read when it does. */
  private look(): void {
    const { file, onTrouble } = this.deps;
    try {
      const found = statSync(file, { throwIfNoEntry: false });
      const version = found ? `${found.mtimeMs} ${found.size} ${found.ino}` : '';
      if (version === this.seen) return;
      this.seen = version;
      this.volumes = [];
      this.volumes = readVolumes(file);
    } catch (error) {
      onTrouble(error as Error);
    }
  }
}
