import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { type Fault, faultAction } from '../../simulator/faults/fault-script.js';
import { assertAgreement } from './agreement.js';
import { Rig } from './rig.js';
import { Slots } from './slots.js';
import { EAGER } from './toy-release.js';

type Action = z.input<typeof faultAction>;

interface Row {
  readonly fault: string;
  readonly action: Action;
  /** The halt that this fault must leave behind; none where trading has to go on by itself. */
  readonly halt?: string;
}

/** What can go wrong, and what must come of it. */
const ROWS: readonly Row[] = [
  { fault: 'every message in segments of one byte', action: { do: 'splitSegments', bytes: 1, forMs: 500 } },
  { fault: 'messages held and sent together', action: { do: 'mergeSegments', holdMs: 80, forMs: 800 } },
  { fault: 'the connection reset', action: { do: 'reset' } },
  { fault: 'the connection closed', action: { do: 'close' } },
  { fault: 'a gateway that hangs with its socket open', action: { do: 'hang', forMs: 2500 } },
  { fault: '1100, then 1101, reports lost', action: { do: 'connectivityLost', restore: 1101, afterMs: 300 } },
  { fault: '1100, then 1102, reports lost', action: { do: 'connectivityLost', restore: 1102, afterMs: 300 } },
  {
    fault: '1100, then 1102, reports delivered late',
    action: { do: 'connectivityLost', restore: 1102, afterMs: 300, reports: 'hold' },
  },
  {
    fault: '1100, executions still arriving, then 1101',
    action: { do: 'connectivityLost', restore: 1101, afterMs: 300, reports: 'deliver' },
  },
  { fault: '2103, then 2104', action: { do: 'notice', code: 2103, muteMs: 300, thenCode: 2104 } },
  { fault: '2105, then 2106', action: { do: 'notice', code: 2105, muteMs: 300, thenCode: 2106 } },
  { fault: '2110, then 1102', action: { do: 'notice', code: 2110, muteMs: 300, thenCode: 1102 } },
  { fault: '317: the book anew', action: { do: 'depthReset' } },
  { fault: '316: depth halted', action: { do: 'depthHalt' } },
  { fault: 'no depth for a while (10092)', action: { do: 'refuseDepth', times: 3 } },
  { fault: 'statuses repeated', action: { do: 'duplicateStatus', copies: 5, times: 20 } },
  { fault: 'statuses skipped', action: { do: 'skipStatus', times: 5 } },
  { fault: 'statuses out of order', action: { do: 'reorderStatus', times: 5 } },
  { fault: 'executions before their open order', action: { do: 'executionFirst', times: 5 } },
  { fault: 'reports delayed', action: { do: 'delayReports', ms: 400, times: 3 } },
  { fault: 'reports lost', action: { do: 'loseReports', times: 2 } },
  { fault: 'commissions delayed', action: { do: 'delayCommission', ms: 300, times: 3 } },
  { fault: 'commissions lost', action: { do: 'loseCommission', times: 3 } },
  { fault: 'an execution reported twice', action: { do: 'repeatExecution' } },
  { fault: 'an execution corrected in price', action: { do: 'correctExecution', priceTicks: 2 } },
  { fault: 'an order rejected', action: { do: 'rejectOrder' } },
  { fault: 'an order rejected with broken JSON', action: { do: 'rejectOrder', rejectJson: '{broken' } },
  { fault: 'cancels refused (10149)', action: { do: 'refuseCancel', times: 3 } },
  { fault: 'an order cancelled by the exchange', action: { do: 'cancelOrder' } },
  { fault: 'ids going backwards', action: { do: 'idsBackwards', by: 3 } },
  { fault: 'the nightly restart', action: { do: 'restart', downMs: 300 } },
  { fault: 'the nightly restart, ids backwards', action: { do: 'restart', downMs: 300, idsBackBy: 2 } },
  {
    fault: 'the nightly restart, newest order lost',
    action: { do: 'restart', downMs: 300, idsBackBy: 1, loseOrders: 1 },
  },
  {
    fault: 'an order entered by hand',
    action: { do: 'manualOrder', side: 'BUY', quantity: 1, limitPrice: 3000 },
    halt: 'foreign-execution|position-mismatch',
  },
];

const MOMENTS = {
  idle: null,
  'order in flight': { onOrder: 4, phase: 'received' },
  'order accepted': { onOrder: 4, phase: 'accepted' },
  'partially filled': { onFill: 6, phase: 'accepted' },
  'swap pending': null,
} as const satisfies Record<string, Fault['at'] | null>;
type Moment = keyof typeof MOMENTS;

const CONTRACTS = 60;

describe('fault matrix: no order twice, none lost, no wrong position, no wrong halt', () => {
  const slots = new Slots(10);
  let outcomes: Map<Row, Promise<PromiseSettledResult<void>[]>>;

  before(() => {
    // Cases mostly wait: many run side by side.
    outcomes = new Map(
      ROWS.map((row) => [
        row,
        Promise.allSettled((Object.keys(MOMENTS) as Moment[]).map((moment) => slots.run(() => survive(row, moment)))),
      ]),
    );
  });

  for (const row of ROWS)
    it(`survives ${row.fault}, at every moment`, async () => {
      for (const outcome of await outcomes.get(row)!) if (outcome.status === 'rejected') throw outcome.reason;
    }).timeout(600_000);
});

async function survive(row: Row, moment: Moment): Promise<void> {
  const at = MOMENTS[moment];
  const faults = at === null ? [] : [{ at, action: faultAction.parse(row.action) }];
  const rig = await Rig.start({
    gateway: { faults, speed: 5 },
    config: { risk: { maxPositionContracts: CONTRACTS, maxOrderSizeContracts: CONTRACTS } },
  });
  try {
    await rig.startBridge();
    const v1 = await rig.toys.accept(1, {
      ensemble: { ...EAGER, policy: { ...EAGER.policy, maxPositionContracts: CONTRACTS } },
    });
    await rig.until('ready', ({ connection }) => connection === 'ready');
    if (moment === 'swap pending') rig.toys.arm(v1, rig.clock.nowMs() + 20_000);
    if (at === null) rig.gateway.inject(row.action);
    if (moment !== 'swap pending') rig.toys.arm(v1, 0);
    await tradesOn(rig, row);
    if (row.halt) return;
    await rig.quiet();
    assertAgreement(rig);
    assert.equal(rig.swaps().length, 1);
  } catch (error) {
    throw new Error(`${moment}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  } finally {
    await rig.end();
  }
}

/** The fault has struck, and the bridge goes on by itself, or is halted for the one reason that it must be. */
async function tradesOn(rig: Rig, row: Row): Promise<void> {
  if (row.halt) {
    const { haltReason } = await rig.until('the halt', ({ haltReason }) =>
      new RegExp(row.halt!).test(haltReason ?? ''),
    );
    assert.match(haltReason ?? '', new RegExp(row.halt));
    return;
  }
  await rig.until('fills', ({ fills }) => fills >= 8);
  await sleep(800);
  const before = rig.gateway.ledger.executions.length;
  await rig.until('armed', ({ trading, connection }) => trading === 'armed' && connection === 'ready');
  await rig.until('more fills', () => rig.gateway.ledger.executions.length >= before + 3);
}
