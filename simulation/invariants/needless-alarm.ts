import path from 'node:path';
import { type AlarmLine, type AlarmName, alarmLine } from '../../shared/contract/alarm-line.js';
import type { Step } from '../plan/plan.js';
import type { DiskChange } from '../world/virtual-disk.js';
import type { Report } from './violation.js';

const OTHER_HANDS = [
  ...['hand-trade', 'close-by-hand', 'closeByHand', 'manualTrade', 'otherClientOrder', 'adjustPosition'],
  ...['stray-order', 'twin-order', 'oddPosition', 'oddExecution', 'bustExecution'],
];
const LATE_REPORTS = ['executionsLate', 'cancelFillRace', 'delayReports'];
/** A reconciliation looks five times, 200 ms apart, before it gives up what a status has reported: until then nothing is late. */
const WAITED_FOR_MS = 700;
// A position that is told later than two looks are apart is another one to whoever asks.
const REPORTS = ['loseReports', 'connectivityLost', 'restart', 'positionsLate', ...LATE_REPORTS];
const DISK = ['disk-full', 'failing-syncs', 'power-cut'];
const FEED = ['silence', 'notice', 'depthReset', 'depthHalt', 'refuseDepth', 'ignoreRequest'];
const LINE = ['cut', 'lag', 'hang', 'close', 'reset', 'restart', 'connectivityLost', 'lateNextValidId'];
/** During which nothing is told. */
const AWAY = ['cut', 'hang', 'kill', 'stop'];
/** By which a bridge that is connected may still know less of the account than the gateway does. */
const UNTOLD = [...REPORTS, ...DISK, 'oddExecution', 'bustExecution', 'correctExecution', 'roll'];

/**
 * What a person may be woken for, and the steps of a plan that can be behind it: an alarm that halts trading although
 * nothing of the kind happened is a fault of its own, and would hide others. Alarms that are not named may come at any time.
 */
const CAUSES: Readonly<Partial<Record<AlarmName, readonly string[]>>> = {
  // Executions are waited for where a status has claimed them: one that cannot be read has not. What an order filled that
  // came back while nobody was connected, no gateway tells on a later day; nor what it corrected meanwhile.
  PositionMismatch: [...OTHER_HANDS, ...REPORTS, ...DISK, 'oddStatus', 'reappear', 'correctExecution'],
  // An order that comes back on a later trade date is in no journal of that date; nor is one that fills so late.
  ForeignExecution: [...OTHER_HANDS, 'correctExecution', 'power-cut', 'reappear', 'executionsLate'],
  DoubleOrder: ['twin-order'],
  WrongAccount: ['oddPosition', 'oddExecution'],
  AccountCurrency: [],
  LimitsNotSigned: [],
  CalendarDiffers: [],
  DecisionFailed: [],
  ContractUnknown: [],
  ContractDiffers: [],
  PortMoved: [],
  OtherContract: ['roll'],
  CaptureNotWritten: DISK,
  JournalNotWritten: DISK,
  JournalLost: DISK,
  DecisionLogNotWritten: DISK,
  OddReport: ['oddStatus', 'halt-on-order', 'oddExecution', 'oddPosition'],
  ExecutionBusted: ['bustExecution', 'correctExecution', 'oddExecution'],
  OddMarketData: ['oddDepth', 'oddTrade'],
  SwapRefused: ['arm', ...DISK],
  ReleaseNotRestored: DISK,
  FeedSilent: [...FEED, ...LINE],
  MarketDataRefused: FEED,
};

/** Watches the alarms that the bridge writes down. */
export class NeedlessAlarm {
  /** Names of steps, and of the gateway's faults. */
  private readonly behind = new Set<string>();
  /** With those that are over so soon that no alarm comes of them. */
  private readonly performed = new Set<string>();

  /** @param hasTurns the day is played over trade dates: what was executed meanwhile is told on no later one */
  constructor(
    private readonly report: Report,
    private readonly hasTurns: boolean,
  ) {}

  /** A step of the plan was performed. */
  happened(step: Step): void {
    const { do: name, ms } = step.do === 'gateway' ? step.fault : { do: step.do, ms: undefined };
    this.performed.add(String(name));
    const isWaitedFor = LATE_REPORTS.includes(String(name)) && typeof ms === 'number' && ms < WAITED_FOR_MS;
    if (!isWaitedFor) this.behind.add(String(name));
  }

  /** Nothing has happened by which the bridge could know less of the account than the gateway does. */
  get isAccountToldWhole(): boolean {
    return !UNTOLD.some((name) => this.performed.has(name));
  }

  onDisk(change: DiskChange): void {
    if (change.kind !== 'write' || path.basename(change.file) !== 'alarms.jsonl') return;
    for (const line of Buffer.from(change.bytes).toString().split('\n')) {
      const alarm = parsed(line);
      if (alarm?.state === 'raised') this.judge(alarm);
    }
  }

  private judge({ alarm, detail }: AlarmLine): void {
    const causes = alarm === 'PositionMismatch' && this.hasTurns ? [...CAUSES[alarm]!, ...AWAY] : CAUSES[alarm];
    if (causes && !causes.some((cause) => this.behind.has(cause)))
      this.report('needless-alarm', `${alarm}, though nothing happened that could be behind it: ${detail}`);
  }
}

/** Null for what is no whole line. */
function parsed(line: string): AlarmLine | null {
  try {
    return alarmLine.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
