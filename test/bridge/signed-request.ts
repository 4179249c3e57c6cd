import type { RiskLimits } from '../../shared/config/risk.js';
import type { DsseEnvelope } from '../../shared/trust/dsse.js';
import { actNow, signAct, type Wish } from '../../shared/trust/operator-act.js';
import { OPERATOR } from './toy-release.js';

export interface Signed {
  readonly account: string;
  readonly nowMs: number;
  /** 32 hex digits, where they must not be drawn. */
  readonly id?: string;
}

/** What a toy broker's operator leaves for the bridge to resume. */
export function signedResume(ask: Signed, takePosition = false): DsseEnvelope {
  return sign(ask, { act: 'resume', takePosition });
}

export function signedLimits(ask: Signed, limits: RiskLimits): DsseEnvelope {
  return sign(ask, { act: 'limits', limits });
}

export function signedRoll(ask: Signed, from: string, to: string): DsseEnvelope {
  return sign(ask, { act: 'roll', from, to });
}

function sign(ask: Signed, wish: Wish): DsseEnvelope {
  return signAct(actNow({ ...ask, by: OPERATOR.name, reason: 'asked by the test' }, wish), [OPERATOR.key]);
}
