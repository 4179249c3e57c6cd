import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type ReconcileReport, reconcileReport } from '../../research/reconcile/report.js';
import { captureStream } from '../../shared/contract/batch-stream.js';
import { LOSSES_FILE } from '../../simulator/sierra/sierra-emulator.js';
import { CircleHome } from '../path/circle-home.js';
import { pause } from '../ship/running-stack.js';

interface Loss {
  readonly us: number;
  readonly size: number;
}

/** What is captured at the very beginning and end of a window belongs to another date of the other clock. */
const EDGE_MS = 10_000;
/** A busy machine holds up a socket longer than a file; what both tell then is not always the same trade. */
const MISSED_SHARE = 0.01;
const NEAR_MS = 1500;

describe('two captures in the whole set-up', function () {
  this.timeout(300_000);
  let circle: CircleHome;

  before(async () => {
    circle = await CircleHome.open({ BELIEVE_SIERRA_FOLLOW: 'true', BELIEVE_SIERRA_LOSS_PER_MILLE: '20' });
  });
  after(() => circle?.close());

  const reports = (): ReconcileReport[] => {
    const folder = path.join(circle.places.research.reconcile, 'ESZ5');
    if (!existsSync(folder)) return [];
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
    return names.sort().map((name) => reconcileReport.parse(JSON.parse(readFileSync(path.join(folder, name), 'utf8'))));
  };
  const losses = (): Loss[] =>
    readFileSync(path.join(circle.places.gateway.sierra, LOSSES_FILE), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Loss);

  it('come home together, and what one of them has lost is found', async () => {
    const endMs = Date.now() + 240_000;
    // The first date begins when the processes do, and not when the market does.
    while (reports().length < 4) {
      circle.requireUp();
      assert.ok(Date.now() < endMs, `${reports().length} dates were compared`);
      await pause(500);
    }
    const compared = reports().slice(1);
    let found = 0;
    for (const { tradeDate, synthetic, first, second, clocks } of compared) {
      const [fromMs, toMs] = [Number(first.firstNs) / 1e6 + EDGE_MS, Number(first.lastNs) / 1e6 - EDGE_MS];
      const offsetMs = clocks.offsetMs!.median;
      const lost = losses()
        .map(({ us, size }) => ({ ms: us / 1000 - offsetMs, size }))
        .filter(({ ms }) => ms > fromMs && ms < toMs);
      assert.ok(synthetic && clocks.isKnown && Math.abs(offsetMs - 180) < 150, `${tradeDate}: ${offsetMs} ms`);
      for (const { ms, size } of lost) {
        const isIn = first.onlySpans.some(
          (span) => Number(span.fromNs) / 1e6 - NEAR_MS < ms && ms < Number(span.toNs) / 1e6 + NEAR_MS,
        );
        assert.ok(isIn, `${tradeDate}: ${size} contracts that Sierra Chart lost at ${new Date(ms).toISOString()}`);
      }
      found += lost.length;
      const contracts = lost.reduce((sum, { size }) => sum + size, 0);
      const inside = first.onlySpans
        .filter((span) => Number(span.fromNs) / 1e6 > fromMs && Number(span.toNs) / 1e6 < toMs)
        .reduce((sum, span) => sum + span.contracts, 0);
      const allowed = contracts + MISSED_SHARE * first.contracts;
      assert.ok(inside <= allowed, `${tradeDate}: ${inside} contracts are missed, ${contracts} were lost`);
      assert.ok(second.matchedTrades / second.trades > 0.9, tradeDate);
    }
    assert.ok(found > 0, 'something was lost');
    const days = circle.days.all();
    for (const { tradeDate } of compared)
      for (const source of ['dom_ib', 'sierra'] as const)
        assert.ok(days.some((day) => day.tradeDate === tradeDate && day.stream === captureStream('ESZ5', source)));
  });

  it('are told by the run of the day, and by the command', async () => {
    const { tradeDate, verdict } = reports().at(-1)!;
    const args = ['capture', 'reconcile', '--instrument', 'ESZ5', '--date', tradeDate];
    const { code, stdout } = await circle.testHome.believe(...args);
    assert.equal(code, verdict === 'agree' ? 0 : 1);
    assert.match(stdout, /SYNTHETIC ESZ5, .*, ib and sierra: /);
    const { stdout: said } = await circle.testHome.believe('sierra', 'status', '--json');
    const [{ problem, missing, isSilent }] = JSON.parse(said).followed;
    assert.deepEqual([problem, missing, isSilent], [null, [], false]);
  });
});
