import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { Failure } from '../../shared/failure.js';
import type { MarketClock } from '../../shared/market/clock/market-clock.js';
import { checkContract, contractOf } from '../connection/contract.js';
import { GatewaySession, type SessionTimeouts } from '../connection/session.js';
import { takeHome } from '../disk/home-lock.js';
import { USUAL_TUNING } from '../tuning.js';
import { isNothing, type Left, PaperDesk } from './paper-desk.js';
import { type Patience, USUAL_PATIENCE } from './patience.js';
import type { Person } from './person.js';
import { Quotes } from './quotes.js';
import { Recording } from './recording.js';
import { type RehearsalReport, type StepReport, stepReport } from './report.js';
import { requirePaper, requireQuietAccount } from './require-quiet-account.js';
import type { Bench, Step } from './step.js';
import { costOf } from './step-cost.js';
import { Witness } from './witness.js';

export interface RehearsalOptions {
  readonly config: Config;
  readonly clock: MarketClock;
  readonly steps: readonly Step[];
  readonly person: Person;
  /** Aborted: the step under way ends, and everything is closed. */
  readonly signal: AbortSignal;
  readonly patience?: Patience;
  readonly timeouts?: SessionTimeouts;
}

/** One connection, and what works on it. */
interface Link {
  readonly session: GatewaySession;
  readonly witness: Witness;
  readonly quotes: Quotes;
  readonly desk: PaperDesk;
}

/** Whoever does not answer for so long does not want it. */
const ASKING_MS = 3_600_000;
const RECONNECT_EVERY_MS = 2000;
/** Of everything that should be gone, at the end. */
const LAST_LOOKS = 2;

/**
 * Tries on a paper account, step by step, what is not known of real TWS, and compares it with what the simulator does.
 * Ends flat and without open orders, however it ends, or says in the report what is left.
 * @throws Failure AccountRefused, AccountNotQuiet, BridgeRunning, ClientIdInUse, GatewayUnreachable, ContractUnknown,
 * ContractDiffers, NoAnswer: then nothing was sent
 */
export async function rehearse(options: RehearsalOptions): Promise<RehearsalReport> {
  requirePaper(options.config);
  const broker = homePlaces(options.config.home).broker.folder;
  const lock = await takeHome(broker);
  try {
    return await new Rehearsal(options, broker).run();
  } finally {
    lock.release();
  }
}

class Rehearsal {
  private readonly patience: Patience;
  private readonly startedAt = new Date().toISOString();
  private readonly recording: Recording;

  constructor(
    private readonly options: RehearsalOptions,
    brokerFolder: string,
  ) {
    this.patience = options.patience ?? USUAL_PATIENCE;
    this.recording = new Recording(brokerFolder, this.startedAt);
  }

  async run(): Promise<RehearsalReport> {
    const { config, signal } = this.options;
    const first = await this.connect(signal);
    let link = first;
    try {
      await checkContract(link.session, config.instrument, this.patience.answerMs);
      await requireQuietAccount(link.session, config, this.patience.answerMs);
      const { reports, interrupted } = await this.runSteps(link);
      this.recording.step = 'closing';
      if (!link.session.open) link = (await this.reconnect()) ?? link;
      const left = await link.desk.closeEverything(this.patience.closeMs, LAST_LOOKS);
      return this.report(first, reports, interrupted, left);
    } finally {
      link.session.close('the rehearsal is over');
      this.recording.close();
    }
  }

  private async runSteps(link: Link): Promise<{ reports: StepReport[]; interrupted: string | null }> {
    const reports: StepReport[] = [];
    for (const step of this.options.steps) {
      this.recording.step = step.id;
      try {
        reports.push(await this.runStep(step, link));
        const left = await link.desk.closeEverything(this.patience.answerMs, 1);
        if (!isNothing(left)) return { reports, interrupted: `${step.id} could not be closed` };
      } catch (error) {
        // Whatever it was: everything has to be closed.
        const why = error instanceof Failure ? error.message : `defect: ${String(error)}`;
        this.recording.note(why);
        reports.push(stepReport(step, [], why));
        return { reports, interrupted: why };
      }
      if (this.options.signal.aborted) return { reports, interrupted: 'the rehearsal was asked to stop' };
    }
    return { reports, interrupted: null };
  }

  /** @throws Failure Interrupted, ConnectionLost */
  private async runStep(step: Step, link: Link): Promise<StepReport> {
    const { person } = this.options;
    if (step.orders > 0 && !(await this.isAllowed(step, link.witness))) return stepReport(step, [], 'not wanted');
    if (step.kind !== 'checklist') person.progress(step, step.does);
    try {
      if (step.orders > 0) await link.quotes.ready(this.patience.answerMs);
      return stepReport(step, await step.run(this.bench(step, link)), null);
    } catch (error) {
      if (!(error instanceof Failure) || isEnding(error)) throw error;
      return stepReport(step, [], error.message);
    }
  }

  private bench(step: Step, link: Link): Bench {
    const { config, clock, person } = this.options;
    return {
      ...{ config, clock, patience: this.patience, ...link },
      progress: (text) => person.progress(step, text),
      byHand: (instruction, isSeen) => this.byHand(link.witness, instruction, isSeen),
    };
  }

  /** @throws Failure Interrupted, ConnectionLost, also while the question waits */
  private async isAllowed(step: Step, witness: Witness): Promise<boolean> {
    const { person, config } = this.options;
    let answer: boolean | undefined;
    person.allows(step, costOf(step, config.instrument)).then((allowed) => {
      answer = allowed;
      witness.wake();
    });
    await witness.until(() => answer !== undefined, ASKING_MS);
    return answer === true;
  }

  private async byHand(witness: Witness, instruction: string, isSeen: () => boolean): Promise<boolean> {
    const { skips } = this.options.person;
    if (skips === null) throw new Failure('NotSeen', 'nobody is there to do it by hand');
    this.recording.note(`asked by hand: ${instruction}`);
    const over = new AbortController();
    let skipped = false;
    skips(instruction, over.signal).then(() => {
      skipped = true;
      witness.wake();
    });
    try {
      await witness.until(() => skipped || isSeen(), this.patience.personMs);
      return isSeen();
    } finally {
      over.abort();
    }
  }

  private async connect(signal: AbortSignal): Promise<Link> {
    const { config, clock, timeouts = USUAL_TUNING.timeouts } = this.options;
    const { host, port } = config.gateway;
    const contract = contractOf(config.instrument);
    const session = await GatewaySession.open({ host, port }, timeouts);
    this.recording.attach(session.ib);
    const witness = new Witness(session, signal);
    session.listenToDepth((requestId, { position, operation, side, price, size }) => {
      this.recording.depth([requestId, position, operation, side, price, size]);
      witness.hear({ kind: 'depth', requestId, operation });
    });
    const quotes = new Quotes(session, witness, config.instrument.tickSize, contract);
    const desk = new PaperDesk({ session, witness, quotes, contract, config, clock, patience: this.patience });
    return { session, witness, quotes, desk };
  }

  /** A new connection to close what the lost one may have left; null where there is none in time. */
  private async reconnect(): Promise<Link | null> {
    const deadlineMs = performance.now() + this.patience.closeMs;
    while (performance.now() < deadlineMs) {
      try {
        return await this.connect(new AbortController().signal);
      } catch {
        await sleep(RECONNECT_EVERY_MS);
      }
    }
    return null;
  }

  private report({ session }: Link, steps: StepReport[], interrupted: string | null, left: Left): RehearsalReport {
    const { config } = this.options;
    return {
      ...{ startedAt: this.startedAt, gateway: `${config.gateway.host}:${config.gateway.port}` },
      ...{ serverVersion: session.ib.serverVersion, instrument: config.instrument.localSymbol, steps, interrupted },
      ...{ isFlat: isNothing(left), left, recording: this.recording.file },
      recordingProblem: this.recording.problem,
    };
  }
}

/** After these nothing more can be tried. */
function isEnding({ type }: Failure): boolean {
  return type === 'Interrupted' || type === 'ConnectionLost';
}
