import type { Logger } from 'pino';
import type { TradingControl } from '../../shared/contract/trading-control.js';
import { Failure } from '../../shared/failure.js';
import { ActRefused } from '../../shared/trust/operator-act.js';
import type { Alarms } from '../alarms/alarms.js';
import type { Halts } from '../halt/halts.js';
import type { Rolling } from '../roll/rolling.js';
import type { AskedInWriting, ControlFiles } from './control-files.js';
import type { LiveLimits } from './live-limits.js';
import type { OperatorActs } from './operator-acts.js';

export interface OperatorRequestsDeps {
  readonly control: ControlFiles;
  readonly acts: OperatorActs;
  readonly limits: LiveLimits;
  readonly halts: Halts;
  readonly alarms: Alarms;
  readonly log: Logger;
}

/** Clock and file times are compared, each with its own grain: a halt of that moment was there when it was signed. */
const SAME_MOMENT_MS = 250;

/** Requests that need operators' signatures: taken once, or refused in a sentence that says how to sign. */
export class OperatorRequests {
  private told = '';

  constructor(private readonly deps: OperatorRequestsDeps) {}

  /** @returns what is to be resumed; null where it is refused, or cannot be obeyed yet */
  resume(asked: AskedInWriting): TradingControl | null {
    const { acts, control, log } = this.deps;
    return this.answer('resume', () => {
      const request = acts.resume(asked.text, (signedMs) => this.refuseOlder(signedMs, asked));
      if (control.answerResume()) return request;
      log.error({ by: request.by }, 'not resumed: a file in control/ cannot be removed');
      return null;
    });
  }

  widenLimits(asked: AskedInWriting): void {
    const { acts, control, limits, halts, log } = this.deps;
    this.answer('limits', () => {
      const accepted = acts.widen(asked.text);
      control.answer('limits');
      limits.judge(halts);
      log.warn({ limits: accepted }, 'operators have signed these limits');
      return accepted;
    });
  }

  /** @param rolling null where one contract is traded alone */
  roll(asked: AskedInWriting, rolling: Pick<Rolling, 'requireReady' | 'request'> | null): void {
    const { acts, control, log } = this.deps;
    this.answer('roll', () => {
      if (rolling === null)
        throw new Failure(
          'RollRefused',
          'the contract is not changed: the settings name no rule',
          'set instrument.roll',
        );
      const wish = acts.roll(asked.text, (said) => rolling.requireReady(said));
      control.answer('roll');
      log.warn({ by: wish.by }, `the contract is to be changed now: ${wish.reason}`);
      rolling.request(wish);
      return wish;
    });
  }

  private answer<T>(name: 'resume' | 'limits' | 'roll', obey: () => T): T | null {
    try {
      return obey();
    } catch (error) {
      const isRefused = error instanceof ActRefused || (error instanceof Failure && error.type === 'RollRefused');
      if (isRefused) this.deps.control.answer(name);
      this.tell(isRefused ? textOf(error) : `${name} is not obeyed yet: ${textOf(error)}`);
      return null;
    }
  }

  /** What was signed before something stopped trading was not meant for it. */
  private refuseOlder(signedMs: number, { stopWrittenMs }: AskedInWriting): void {
    const newest = this.deps.halts.newestSticky;
    if (newest && Date.now() - signedMs > newest.ageMs + SAME_MOMENT_MS)
      throw new ActRefused('older', 'resume', `${newest.code} halted trading after it was signed`);
    if (signedMs + SAME_MOMENT_MS < stopWrittenMs)
      throw new ActRefused('older', 'resume', 'what stops trading was asked for after it was signed');
  }

  /** A request that cannot be removed is met again and again. */
  private tell(text: string): void {
    const { alarms, log } = this.deps;
    alarms.note('ActRefused', text);
    if (text !== this.told) log.error(text);
    this.told = text;
  }
}

function textOf(error: unknown): string {
  return error instanceof Failure ? `${error.message}; ${error.fix}` : String(error);
}
