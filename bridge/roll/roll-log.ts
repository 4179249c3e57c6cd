import { type RollRecord, rollInForce, rollRecord } from '../../shared/contract/roll-record.js';
import { BadInput } from '../../shared/failure.js';
import { AppendLog } from '../disk/append-log.js';

/**
 * `broker/roll.jsonl`: which contract is traded, and since when. One line is the whole change of contract: before it is on
 * disk the former contract is traded, after it the next.
 */
export class RollLog {
  /** @throws BadInput where a whole line is none of ours: which contract is traded must not be guessed */
  static open(file: string): RollLog {
    const log = AppendLog.open(file);
    try {
      return new RollLog(
        log,
        log.read().map((value, at) => recordIn(file, value, at + 1)),
      );
    } catch (error) {
      log.close();
      throw error;
    }
  }

  private constructor(
    private readonly log: AppendLog,
    private readonly records: RollRecord[],
  ) {}

  /** @param configured the contract in the settings */
  inForce(configured: string): RollRecord | null {
    return rollInForce(this.records, configured);
  }

  /** On disk when it returns. @throws the system error: then nothing has changed */
  append(record: RollRecord): void {
    this.log.append(record);
    this.records.push(record);
  }

  close(): void {
    this.log.close();
  }
}

function recordIn(file: string, value: unknown, line: number): RollRecord {
  const parsed = rollRecord.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new BadInput(
    file,
    `line ${line}`,
    `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is no change of contract'}`,
    'restore it from a backup; or move it aside, and set instrument.localSymbol to the contract that is traded',
  );
}
