import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertAgreement } from './agreement.js';
import { clockInSession, Rig } from './rig.js';
import { EAGER } from './toy-release.js';

/** How often the bridge is killed; more moments for a longer run. */
const KILLS = Number(process.env.BRIDGE_KILLS ?? 4);
const SEED = Number(process.env.BRIDGE_KILL_SEED ?? 7);
/** More than the best price shows: orders rest, and fill in parts. */
const CONTRACTS = 100;

describe('a bridge that is killed with orders in flight', () => {
  it('agrees with the gateway on every order, execution and position after each restart', async () => {
    const random = randomNumbers(SEED);
    const rig = await Rig.start({
      clock: clockInSession(10),
      gateway: { speed: 5 },
      config: { risk: { maxPositionContracts: CONTRACTS, maxOrderSizeContracts: CONTRACTS } },
    });
    const policy = { ...EAGER.policy, maxPositionContracts: CONTRACTS };
    rig.toys.arm(await rig.toys.accept(1, { ensemble: { ...EAGER, policy } }), 0);
    let killedWithOrdersLive = 0;
    try {
      for (let kill = 1; kill <= KILLS; kill++) {
        const child = rig.spawnBridge();
        const ordersBefore = rig.gateway.ledger.orders.size;
        await rig.until('trading', ({ pid, trading }) => pid === child.pid && trading === 'armed');
        while (rig.gateway.ledger.orders.size === ordersBefore) await sleep(1);
        // Every second time at once, while the order is between the two.
        await sleep(random() * (kill % 2 === 0 ? 400 : 12));
        child.kill('SIGKILL');
        await once(child, 'exit');
        if (rig.ledger().live().length > 0 || rig.gateway.ledger.live().length > 0) killedWithOrdersLive++;

        const next = rig.spawnBridge();
        await rig.until('restarted', ({ pid }) => pid === next.pid);
        await rig.quiet();
        assertAgreement(rig);
        assert.equal(rig.swaps().length, 1);
        next.kill('SIGTERM');
        const [code] = await exitOf(next);
        assert.equal(code, 0);
        rig.release();
        if (kill % 20 === 0) process.stderr.write(`${kill} kills, ${killedWithOrdersLive} with an order live\n`);
      }
      assertNumbered(rig);
      assert.ok(killedWithOrdersLive > 0 || KILLS < 10, 'some kills came with an order live');
    } finally {
      await rig.end();
    }
  }).timeout(60_000 + KILLS * 30_000);
});

/** A bridge that does not end when told to must fail the test, not hang it. */
async function exitOf(child: ChildProcess): Promise<readonly unknown[]> {
  const patience = new AbortController();
  const late = sleep(30_000, undefined, patience).then(() =>
    assert.fail('the bridge did not end within 30 s of SIGTERM'),
  );
  const exit = await Promise.race([once(child, 'exit'), late]);
  patience.abort();
  late.catch(() => {});
  return exit;
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

/** Mulberry32: the same seed gives the same moments. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
