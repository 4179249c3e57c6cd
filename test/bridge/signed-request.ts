import { randomBytes } from 'node:crypto';
import type { RiskLimits } from '../../shared/config/operations.js';
import type { DsseEnvelope } from '../../shared/release/dsse.js';
import { ACT_LIFETIME_MS, operatorAct, signAct } from '../../shared/release/operator-act.js';
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

function sign({ account, nowMs, id = randomBytes(16).toString('hex') }: Signed, wish: object): DsseEnvelope {
  const act = operatorAct.parse({
    ...{ kind: 'believe.operator-act', version: 1, account, by: OPERATOR.name, reason: 'asked by the test', id },
    ...{ at: new Date(nowMs).toISOString(), expires: new Date(nowMs + ACT_LIFETIME_MS).toISOString() },
    ...wish,
  });
  return signAct(act, [OPERATOR.key]);
}
