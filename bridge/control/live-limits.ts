import type { Logger } from 'pino';
import type { Config } from '../../shared/config/config.js';
import { looserLimits, tighterLimits } from '../../shared/config/looser-limits.js';
import type { RiskLimits } from '../../shared/config/risk.js';
import type { Halts } from '../halt/halts.js';
import type { OperatorActs } from './operator-acts.js';

export interface LiveLimitsDeps {
  readonly configured: RiskLimits;
  readonly acts: Pick<OperatorActs, 'areSigned' | 'acceptedLimits' | 'acceptFirst'>;
  readonly log: Logger;
}

/**
 * The limits to trade by: those of the settings, and never looser than what was accepted before. A change of a settings file
 * alone tightens them and widens nothing: that takes the operators' signatures. Where the root of trust lists no operators
 * the settings hold as they are.
 */
export class LiveLimits {
  /** Looked at for every order, so worked out before. */
  private effective: RiskLimits;
  private isFirstOwed = false;

  constructor(private readonly deps: LiveLimitsDeps) {
    const { acts, configured } = deps;
    this.isFirstOwed = acts.areSigned && acts.acceptedLimits === null;
    this.keepFirst();
    this.effective = configured;
    this.workOut();
  }

  get current(): RiskLimits {
    return this.effective;
  }

  /** The settings with these limits, as they are whenever somebody looks. */
  within(config: Config): Config {
    const current = () => this.effective;
    return {
      ...config,
      get risk() {
        return current();
      },
    };
  }

  /** A full disk keeps no bridge from starting: the limits of a first start are on disk once it has room. */
  keepFirst(): void {
    if (!this.isFirstOwed) return;
    const { acts, configured, log } = this.deps;
    try {
      acts.acceptFirst(configured);
      this.isFirstOwed = false;
      log.warn({ limits: configured }, 'a first start: nobody has signed these limits; wider ones need a signature');
    } catch (error) {
      log.error({ err: error }, 'the limits of the first start are not on disk yet');
    }
  }

  /** Opens nothing while the settings ask for more than was accepted. To be called again when more is. */
  judge(halts: Halts): void {
    this.workOut();
    const looser = looserLimits(this.deps.configured, this.effective);
    if (looser.length === 0) {
      halts.lift('limits');
      return;
    }
    const told = looser.map((name) => `risk.${name} ${this.deps.configured[name]} instead of ${this.effective[name]}`);
    halts.raise(
      'limits',
      `the settings ask for more than operators have signed (${told.join(', ')}): set them back, or sign with \`believe bridge limits --sign --reason WHY\``,
    );
  }

  private workOut(): void {
    const { acts, configured } = this.deps;
    const accepted = acts.areSigned ? acts.acceptedLimits : null;
    this.effective = accepted === null ? configured : tighterLimits(configured, accepted);
  }
}
