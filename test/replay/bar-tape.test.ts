import assert from 'node:assert/strict';
import { barsByDate, barTape } from '../../research/replay/bar-tape.js';
import type { Bar } from '../../shared/market/events/bar.js';
import { BarBuilder } from '../../shared/market/features/bar-builder.js';
import { FeatureEngine } from '../../shared/market/features/feature-engine.js';
import { readBarsFile } from '../../shared/node/files/bars-csv.js';
import { REAL_FILES } from '../market/real-files.js';

describe('a tape made of real bars', () => {
  const tickSize = 0.25;
  let days: Map<number, Bar[]>;
  before(async () => {
    days = barsByDate('NQ', (await readBarsFile(REAL_FILES.nq)).bars);
  });
  const tapeOf = (date: number) =>
    barTape({
      ...{ instrument: 'NQ', tickSize, multiplier: 20, bars: days.get(date)! },
      tradeDate: String(date).replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3'),
    });

  it('makes the same bars again', async () => {
    const date = [...days.keys()][10]!;
    const builder = new BarBuilder(tickSize);
    const made: Bar[] = [];
    for await (const batch of tapeOf(date).batches())
      for (let i = 0; i < batch.length; i++) {
        const bar = builder.onEvent(batch, i);
        if (bar) made.push(bar);
      }
    assert.ok(made.length > 200);
    const bars = days.get(date)!;
    assert.deepEqual(made, bars.slice(0, made.length));
  });

  it('has a settled book one tick wide in regular hours', async () => {
    const engine = new FeatureEngine();
    let settled = 0;
    for await (const batch of tapeOf([...days.keys()][10]!).batches())
      for (let i = 0; i < batch.length; i++) {
        engine.onEvent(batch, i);
        if (!engine.state.isSettled) continue;
        settled++;
        assert.equal(engine.state.askTicks - engine.state.bidTicks, 1);
      }
    assert.ok(settled > 300);
  });
});
