import path from 'node:path';
import type { RiskLimits } from '../../shared/config/risk.js';
import { type AcceptedAct, acceptedActs, acceptedLimits, envelopesOf } from '../../shared/contract/accepted-act.js';
import { rollControl, type TradingControl, tradingControl } from '../../shared/contract/trading-control.js';
import { actsFile } from '../../shared/node/contract/acts-file.js';
import { readTrustedRoot, TrustMissing } from '../../shared/node/trust/trust-store.js';
import { type DsseEnvelope, dsseEnvelope } from '../../shared/trust/dsse.js';
import {
  type ActName,
  ActRefused,
  actOf,
  type OperatorAct,
  signersNeeded,
  verifyAct,
} from '../../shared/trust/operator-act.js';
import type { TrustedRoot } from '../../shared/trust/root.js';
import { AppendLog } from '../disk/append-log.js';
import type { RollWish } from '../roll/rolling.js';

/**
 * What operators want of live trading, under their signatures: halts are lifted and limits widened by nothing else, once the
 * root of trust lists operators. A statement is obeyed once, also over a restart: it is on disk before anything follows.
 */
export class OperatorActs {
  private readonly usedIds: Set<string>;
  private limits: RiskLimits | null;

  /** @throws BadInput where a line of the record is none */
  static open(brokerFolder: string, account: string): OperatorActs {
    const log = AppendLog.open(actsFile(brokerFolder));
    try {
      return new OperatorActs(log, acceptedActs(log.file, log.read()), path.join(brokerFolder, 'trust'), account);
    } catch (error) {
      log.close();
      throw error;
    }
  }

  private constructor(
    private readonly log: AppendLog,
    acts: readonly AcceptedAct[],
    private readonly trustFolder: string,
    private readonly account: string,
  ) {
    this.usedIds = new Set(envelopesOf(acts).map((envelope) => actOf(envelope).id));
    this.limits = acceptedLimits(acts)?.limits ?? null;
  }

  /** Whether anybody's signature can be asked for. A root of trust that cannot be read frees nobody from it. */
  get areSigned(): boolean {
    try {
      const root = this.root('resume');
      return root !== null && signersNeeded(root) > 0;
    } catch {
      return true;
    }
  }

  /** Those that hold: signed last, or found at the first start. Null before it. */
  get acceptedLimits(): RiskLimits | null {
    return this.limits;
  }

  /** @throws ActRefused; the system error where the disk does not take it: then nothing may follow from it */
  resume(text: string, refuseOlder: (signedMs: number) => void): TradingControl {
    const root = this.root('resume');
    if (root === null || signersNeeded(root) === 0) return unsigned(text);
    const { envelope, act } = this.verified(text, 'resume', root);
    refuseOlder(Date.parse(act.at));
    this.remember(envelope);
    const { by, reason, at } = act;
    return { v: 1, by, reason, at, takePosition: act.act === 'resume' && act.takePosition };
  }

  /** @throws as `resume` */
  widen(text: string): RiskLimits {
    const root = this.root('limits');
    if (root === null || signersNeeded(root) === 0)
      throw new ActRefused('no-root', 'limits', 'the root of trust lists no operators, so no limits are kept');
    const { envelope, act } = this.verified(text, 'limits', root);
    if (act.act !== 'limits') throw new ActRefused('other-act', 'limits', `it is signed for ${act.act}`);
    this.remember(envelope);
    this.limits = act.limits;
    return act.limits;
  }

  /** @param requireReady throws where it cannot be done now: then it is not counted as obeyed @throws as `resume` */
  roll(text: string, requireReady: (wish: RollWish) => void): RollWish {
    const root = this.root('roll');
    if (root === null || signersNeeded(root) === 0) {
      const parsed = rollControl.safeParse(jsonIn(text, 'roll'));
      if (!parsed.success) throw new ActRefused('malformed', 'roll', 'it says nothing readable');
      requireReady(parsed.data);
      return parsed.data;
    }
    const { envelope, act } = this.verified(text, 'roll', root);
    if (act.act !== 'roll') throw new ActRefused('other-act', 'roll', `it is signed for ${act.act}`);
    requireReady(act);
    this.remember(envelope);
    return act;
  }

  /** A first start believes its settings; from then on they only widen by a signature. */
  acceptFirst(limits: RiskLimits): void {
    this.limits = limits; // also where the disk refuses: the next to come are compared with them
    this.append({ v: 1, at: new Date().toISOString(), firstLimits: limits });
  }

  close(): void {
    this.log.close();
  }

  private verified(text: string, act: ActName, root: TrustedRoot): { envelope: DsseEnvelope; act: OperatorAct } {
    const envelope = envelopeIn(text, act);
    const said = verifyAct(envelope, { act, account: this.account, nowMs: Date.now() }, root);
    if (this.usedIds.has(said.id)) throw new ActRefused('used', act, `it was obeyed before (${said.id})`);
    return { envelope, act: said };
  }

  private remember(signed: DsseEnvelope): void {
    this.append({ v: 1, at: new Date().toISOString(), signed });
    this.usedIds.add(actOf(signed).id);
  }

  private append(act: AcceptedAct): void {
    this.log.append(act);
  }

  /** Null where there is none: then no release is loaded either. */
  private root(act: ActName): TrustedRoot | null {
    try {
      return readTrustedRoot(this.trustFolder);
    } catch (error) {
      if (error instanceof TrustMissing) return null;
      throw new ActRefused('no-root', act, `the root of trust cannot be read: ${(error as Error).message}`);
    }
  }
}

function envelopeIn(text: string, act: ActName): DsseEnvelope {
  const value = jsonIn(text, act);
  const parsed = dsseEnvelope.safeParse(value);
  if (parsed.success) return parsed.data;
  if (tradingControl.safeParse(value).success) throw new ActRefused('unsigned', act, 'it is not signed by an operator');
  throw new ActRefused('malformed', act, 'it is no signed statement');
}

/** As it was before operators had keys: whoever may write into `control/` is believed. */
function unsigned(text: string): TradingControl {
  const parsed = tradingControl.safeParse(jsonIn(text, 'resume'));
  if (parsed.success) return parsed.data;
  throw new ActRefused('malformed', null, 'it says nothing readable');
}

function jsonIn(text: string, act: ActName): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new ActRefused('malformed', act, 'it says nothing readable');
  }
}
