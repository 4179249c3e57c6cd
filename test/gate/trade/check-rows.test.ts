import assert from 'node:assert/strict';
import { checkRows, keepRows } from '../../../research/gate/trade/check-rows.js';
import { recut } from '../../../research/gate/trade/recut.js';
import { openEventStream } from '../../../research/replay/event-stream.js';
import type { EventBatch } from '../../../shared/market/events/event-batch.js';
import type { Decision } from '../../../shared/model/decision/decision.js';
import { Days } from '../../backtest/days.js';
import { tinySamples } from '../tiny-market.js';

const DATE = 19_700_103;
const samples = tinySamples({ seed: 1, days: 5, rowsPerDay: 200, signal: 0.3 });
const rowsOfDate = [...samples.tradeDate.keys()].filter((row) => samples.tradeDate[row] === DATE);
const rowAt = (row: number) => samples.features.slice(4 * row, 4 * row + 4);
/** What trading saw: at every row of the date the features of the row `shift` later. */
const seen = (shift: number) => {
  const { rows, take } = keepRows([samples]);
  for (const row of rowsOfDate) {
    const features = rowAt(row + shift);
    take({
      tsRecvNs: BigInt(samples.startMs[row]!) * 1_000_000n,
      outputs: [{ name: samples.head.name, features, probabilities: Float32Array.of(0.5, 0.5) }],
    } as unknown as Decision);
  }
  return rows.get(samples.head.name)!;
};

describe('rows of training against those of trading', () => {
  it('are the same where nothing is wrong, and only the date that was traded counts', () => {
    assert.deepEqual(checkRows(samples, DATE, seen(0)), {
      ...{ head: 'F2_dom', rows: 200, differing: 0, first: null, shiftRows: null },
    });
    assert.equal(checkRows(samples, DATE + 1, seen(0)).rows, 0);
  });

  it('tell of a feature that knows the future, however much noise hides it, by its name and both values', () => {
    const leaky = { ...samples, features: new Float32Array(new SharedArrayBuffer(4 * samples.features.length)) };
    leaky.features.set(samples.features);
    for (let row = 0; row < samples.rows; row++) leaky.features[4 * row + 2]! += 0.01 * samples.moveTicks[row]!;
    const { rows, differing, first, shiftRows } = checkRows(leaky, DATE, seen(0));
    assert.deepEqual([rows, differing, first!.feature, shiftRows], [200, 200, 'noise_1', null]);
    assert.equal(first!.inTrading, rowAt(rowsOfDate[0]!)[2]);
  });

  it('tell of features that are late or early, and by how many rows', () => {
    assert.equal(checkRows(samples, DATE, seen(5)).shiftRows, -5);
    assert.equal(checkRows(samples, DATE, seen(-3)).shiftRows, 3);
  });

  it('say missing values as such', () => {
    const holed = { ...samples, features: new Float32Array(new SharedArrayBuffer(4 * samples.features.length)) };
    holed.features.set(samples.features);
    holed.features[4 * rowsOfDate[7]! + 1] = Number.NaN;
    const { differing, first } = checkRows(holed, DATE, seen(0));
    assert.deepEqual([differing, first!.feature, first!.inSamples], [1, 'weak_signal', null]);
  });
});

describe('events in short pieces', () => {
  let days: Days;
  before(async () => {
    days = await Days.make(1, 3);
  });
  after(() => days.remove());

  it('are the same events, in pieces that hold nothing of the next', async () => {
    const stream = await openEventStream(days.files[0]!);
    const [whole, cut] = [await rowsOf(stream.batches()), await rowsOf(recut(stream, 1).batches())];
    assert.deepEqual(cut.rows, whole.rows);
    assert.ok(cut.batches > 10 * whole.batches);
  });
});

async function rowsOf(all: AsyncGenerator<EventBatch>) {
  const rows: unknown[] = [];
  let batches = 0;
  for await (const batch of all) {
    batches++;
    for (let i = 0; i < batch.length; i++)
      rows.push([
        ...[batch.baseNs + BigInt(batch.tsRecvNs[i]!), batch.tsEventNs[i], batch.seq[i], batch.kind[i]],
        ...[batch.operation[i], batch.side[i], batch.position[i], batch.priceTicks[i], batch.size[i], batch.last[i]],
      ]);
  }
  return { rows, batches };
}
