import { BadInput } from '../../shared/failure.js';
import { type SwapRecord, swapRecord } from '../../shared/handover/swap-record.js';
import { AppendLog } from '../disk/append-log.js';

/** `broker/swaps.jsonl`: the one account of what was swapped and what was refused. A line on disk is the swap. */
export class SwapsLog {
  private readonly known = new Set<string>();
  private last: SwapRecord | null = null;

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
            'move the file aside: then no release is in use until the next swap',
          );
        swaps.remember(parsed.data);
      });
    } catch (error) {
      swaps.close();
      throw error;
    }
    return swaps;
  }

  /** The swap that decides which release is loaded; null before the first one. */
  get lastSwapped(): SwapRecord | null {
    return this.last;
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
    if (record.outcome === 'swapped') this.last = record;
  }
}

function keyOf({ shipId, payloadSha256 }: { readonly shipId: string; readonly payloadSha256: string }): string {
  return `${payloadSha256}/${shipId}`;
}
