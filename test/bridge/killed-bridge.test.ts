import assert from 'node:assert/strict';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OrderLedger } from '../../bridge/orders/order-ledger.js';
import { openTape, type Tape } from '../../simulator/market/tape.js';
import { assertAgreement } from './agreement.js';
import { DoomedBridge } from './doomed-bridge.js';
import { JournalOnDisk } from './journal-on-disk.js';
import { drawMoments, KILL_MOMENTS, type KillMoment, randomNumbers } from './kill-moments.js';
import { type Kill, killTable } from './kill-table.js';
import { clockInSession, ES_SAMPLE, Rig } from './rig.js';
import { EAGER } from './toy-release.js';

/** How often the bridge is killed: by default once at each moment. */
const KILLS = Number(process.env.BRIDGE_KILLS ?? KILL_MOMENTS.length);
const SEED = Number(process.env.BRIDGE_KILL_SEED ?? 7);
/** Far more than this book shows at the best price: orders rest, and fill in many parts. */
const CONTRACTS = 100;
const SIZES_DIVIDED_BY = 20;
/** The gateway tells of acknowledgements and fills so late, and of commissions later still: in-flight states last. */
const REPORTS_LATE_MS = 40;
const COMMISSIONS_LATE_MS = 80;
/** A short run may be unlucky: but for half of the moments an order is always live. */
const SHARE_WITH_ORDER_LIVE_MIN = KILLS >= 100 ? 0.7 : 0.5;

describe('a bridge that is killed with orders in flight', () => {
  it('agrees with the gateway on every order, execution, commission and position after each restart', async () => {
    const random = randomNumbers(SEED);
    const rig = await startRig();
    const journal = new JournalOnDisk(path.join(rig.broker, 'journal'));
    const kills: Kill[] = [];
    const startedMs = performance.now();
    let bridge = DoomedBridge.spawn(rig);
    try {
      await bridge.untilReady();
      for (const moment of drawMoments(KILLS, random)) {
        const delayMs = Math.floor(random() * (moment.delayMsMax + 1));
        const occurrence = 1 + Math.floor(random() * 3);
        bridge = await killAt(rig, bridge, moment, { delayMs, occurrence });
        const kill: Kill = { moment: moment.name, delayMs, ...found(rig, journal.look()), agreed: false };
        kills.push(kill);
        bridge = DoomedBridge.spawn(rig);
        await settle(rig, bridge, journal, random());
        kill.agreed = true;
        rig.release();
        if (kills.length % 20 === 0) process.stderr.write(`${kills.length} kills, all agreed so far\n`);
      }
      await bridge.stop();
      assertAgreement(rig);
      assertNumbered(rig);
      assert.equal(rig.swaps().length, 1);
    } catch (error) {
      throw new Error(explain(error, rig, kills, bridge), { cause: error });
    } finally {
      bridge.kill();
      await rig.end();
    }
    const secondsPerKill = (performance.now() - startedMs) / 1000 / KILLS;
    process.stderr.write(`seed ${SEED}, ${secondsPerKill.toFixed(1)} s a kill\n${killTable(kills)}\n`);
    const withOrderLive = kills.filter(({ orderLive }) => orderLive).length;
    assert.ok(withOrderLive >= KILLS * SHARE_WITH_ORDER_LIVE_MIN, `${withOrderLive} kills came with an order live`);
  }).timeout(60_000 + KILLS * 30_000);
});

/** A gateway that answers late, and a release that turns its large position around all the time. */
async function startRig(): Promise<Rig> {
  const late = { times: Number.MAX_SAFE_INTEGER };
  const rig = await Rig.start({
    clock: clockInSession(10),
    gateway: {
      data: await thinTape(),
      speed: 2,
      faults: [
        { at: { afterMs: 0 }, action: { do: 'delayCommission', ms: COMMISSIONS_LATE_MS, ...late } },
        { at: { afterMs: 0 }, action: { do: 'delayReports', ms: REPORTS_LATE_MS, ...late } },
      ],
    },
    config: {
      risk: { maxPositionContracts: CONTRACTS, maxOrderSizeContracts: 2 * CONTRACTS },
      bridge: { orderLifetimeMs: 1000 },
    },
  });
  const policy = { ...EAGER.policy, maxPositionContracts: CONTRACTS };
  rig.toys.arm(await rig.toys.accept(1, { ensemble: { ...EAGER, policy } }), 0);
  return rig;
}

/** The real sample with a small part of its sizes. */
async function thinTape(): Promise<Tape> {
  const tape = await openTape(ES_SAMPLE);
  return {
    ...tape,
    async *open() {
      for await (const batch of tape.open()) {
        for (let at = 0; at < batch.length; at++) batch.size[at] = Math.ceil(batch.size[at]! / SIZES_DIVIDED_BY);
        yield batch;
      }
    },
  };
}

/** @returns the bridge that was killed: where that is to happen while it reconciles, a second one */
async function killAt(
  rig: Rig,
  bridge: DoomedBridge,
  { step, whileReconciling }: KillMoment,
  { delayMs, occurrence }: { readonly delayMs: number; readonly occurrence: number },
): Promise<DoomedBridge> {
  if (step !== null && !whileReconciling) {
    bridge.doom({ step, occurrence, delayMs });
    await bridge.untilKilled();
    return bridge;
  }
  await rig.untilTrue('an order', () => rig.gateway.ledger.live().length > 0, { everyMs: 1 });
  if (!whileReconciling) await sleep(delayMs);
  bridge.kill();
  await bridge.untilKilled();
  if (step === null) return bridge;
  const second = DoomedBridge.spawn(rig, { step, occurrence: 1, delayMs });
  await second.untilKilled();
  return second;
}

/** What the kill left behind. */
function found(rig: Rig, ledger: OrderLedger): Pick<Kill, 'orderLive' | 'differed'> {
  const orderLive = ledger.live().length > 0 || rig.gateway.ledger.live().length > 0;
  try {
    assertAgreement(rig, ledger);
    return { orderLive, differed: false };
  } catch {
    return { orderLive, differed: true };
  }
}

/** Half of the restarts find the kill switch thrown, the others trade on first. Then everything has to agree. */
async function settle(rig: Rig, bridge: DoomedBridge, journal: JournalOnDisk, chance: number): Promise<void> {
  if (chance < 0.5) rig.halt();
  await bridge.untilReady();
  if (chance >= 0.5) {
    await sleep((chance - 0.5) * 600);
    rig.halt();
  }
  await bridge.untilHalted();
  const isQuiet = () =>
    rig.gateway.ledger.live().length === 0 &&
    journal.look().live().length === 0 &&
    commissionsMissing(rig, journal.look()).length === 0;
  const deadline = Date.now() + 30_000;
  while (!isQuiet() && Date.now() < deadline) await sleep(25);
  assertAgreement(rig, journal.look());
  assert.deepEqual(commissionsMissing(rig, journal.look()), [], 'every commission is known');
}

function commissionsMissing(rig: Rig, { executions }: OrderLedger): string[] {
  const told = [...rig.gateway.ledger.commissions.values()];
  return told.filter(({ execId, amount }) => !executions.hasCommission(execId, amount)).map(({ execId }) => execId);
}

/** Captured lines are numbered without a hole, and every segment is closed. */
function assertNumbered(rig: Rig): void {
  assert.ok(rig.captureFiles().every((file) => file.endsWith('.jsonl')));
  const numbers = rig
    .captured()
    .map(({ seq }) => seq)
    .sort((a, b) => a - b);
  numbers.forEach((seq, index) => {
    assert.equal(seq, index + 1);
  });
}

/** All that is needed to see what went wrong, and to let it happen again. */
function explain(error: unknown, rig: Rig, kills: readonly Kill[], bridge: DoomedBridge): string {
  const last = kills.at(-1);
  const orders = [...rig.gateway.ledger.orders.values()]
    .slice(-6)
    .map(({ orderId, permId, status, side, ...order }) => {
      const { quantity, filled, terms } = order;
      return `${terms.orderRef} id ${orderId} perm ${permId} ${side} ${filled}/${quantity} ${status}`;
    });
  return [
    `after kill ${kills.length} (BRIDGE_KILL_SEED=${SEED}), ${last?.moment ?? 'none'} + ${last?.delayMs ?? 0} ms:`,
    error instanceof Error ? error.message : String(error),
    `the gateway's last orders:\n${orders.join('\n')}`,
    `the journal's last lines:\n${rig
      .journal()
      .slice(-40)
      .map((line) => JSON.stringify(line))
      .join('\n')}`,
    `the bridge's last words:\n${bridge.log}`,
  ].join('\n\n');
}
