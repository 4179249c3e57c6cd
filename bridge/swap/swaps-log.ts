import { type SwapRecord, swapRecord } from '../../shared/contract/swap-record.js';
import { BadInput } from '../../shared/failure.js';
import { AppendLog } from '../disk/append-log.js';

/**
 * `broker/swaps.jsonl`: the account of what was swapped and what was refused, for the broker's worker and for people. Which
 * release trades it does not decide: see `LiveReleases`.
 */
export class SwapsLog {
  private readonly known = new Set<string>();
  private highest: SwapRecord | null = null;

  private constructor(private readonly log: AppendLog) {}

  /** @throws BadInput when a line is none of ours */
  static open(file: string): SwapsLog {
    const swaps = new SwapsLog(AppendLog.open(file));
    try {
      swaps.log.read().forEach((line, index) => {
        const parsed = swapRecord.safeParse(line);
        if (!parsed.success)
          throw new BadInput(
            file,
            `line ${index + 1}`,
            parsed.error.issues[0]!.message,
            'move the file aside: which release is in use is kept in trust/live/',
          );
        swaps.remember(parsed.data);
      });
    } catch (error) {
      swaps.close();
      throw error;
    }
    return swaps;
  }

  /** The swap with the highest counter; null before the first one. */
  get newestSwapped(): SwapRecord | null {
    return this.highest;
  }

  has(ask: { readonly shipId: string; readonly payloadSha256: string }): boolean {
    return this.known.has(keyOf(ask));
  }

  /** Waits for the disk. @throws the system error; then there is no line, and so no swap */
  append(record: SwapRecord): void {
    this.log.append(swapRecord.parse(record));
    this.remember(record);
  }

  close(): void {
    this.log.close();
  }

  private remember(record: SwapRecord): void {
    this.known.add(keyOf(record));
    if (record.outcome === 'swapped' && record.counter >= (this.highest?.counter ?? 0)) this.highest = record;
  }
}

function keyOf({ shipId, payloadSha256 }: { readonly shipId: string; readonly payloadSha256: string }): string {
  return `${payloadSha256}/${shipId}`;
}
