import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { EventStream } from '../../research/replay/event-stream.js';
import { mergeStreams } from '../../research/replay/merge-streams.js';
import type { TestEvent } from '../market/event.js';
import { RANDOM_START_NS, randomMarket } from '../market/random-market.js';
import { describeRow, streamOf } from './streams.js';

async function merged(streams: readonly EventStream[]): Promise<{ rows: string[]; begins: number[] }> {
  const rows: string[] = [];
  const begins: number[] = [];
  for await (const { batch, begins: isNew } of mergeStreams(streams)) {
    if (isNew) begins.push(rows.length);
    for (let i = 0; i < batch.length; i++) rows.push(describeRow(batch, i));
  }
  return { rows, begins };
}

const trade = (ns: number, size: number): TestEvent => ({
  ...{ kind: 'trade', tsNs: RANDOM_START_NS + BigInt(ns), priceTicks: 11_000, size },
});

describe('a merge of streams', () => {
  it('orders by time, sequence number and place in the list, however the streams are cut into batches', async () => {
    const times = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(times, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 20 }),
        async (all, cut) => {
          const lists = all.map((one, stream) => one.sort((a, b) => a - b).map((ns, i) => ({ ns, seq: i, stream })));
          const expected = lists.flat().sort((a, b) => a.ns - b.ns || a.seq - b.seq || a.stream - b.stream);
          const streams = await Promise.all(
            lists.map((list, k) =>
              streamOf(
                `s${k}`,
                list.map(({ ns }) => trade(ns, k + 1)),
                { batchEvents: cut },
              ),
            ),
          );
          const { rows } = await merged(streams);
          assert.deepEqual(
            rows.map((row) => [row.split(' ')[0], row.split(' ')[1], row.split(' ')[7]].join()),
            expected.map(({ ns, seq, stream }) => [RANDOM_START_NS + BigInt(ns), seq, stream + 1].join()),
          );
        },
      ),
    );
  });

  it('gives a book and its trades, recorded apart, as they were', async () => {
    const events = randomMarket(7, 3000);
    const numbered = events.map((event, i) => ({ ...event, tsNs: event.tsNs + BigInt(i) }));
    const whole = await merged([await streamOf('whole', numbered)]);
    const apart = await merged([
      await streamOf(
        'book',
        numbered.filter(({ kind }) => kind !== 'trade'),
        { batchEvents: 100 },
      ),
      await streamOf(
        'trades',
        numbered.filter(({ kind }) => kind === 'trade'),
        { batchEvents: 7 },
      ),
    ]);
    const withoutSeq = (rows: string[]) => rows.map((row) => row.split(' ').toSpliced(1, 1).join(' '));
    assert.deepEqual(withoutSeq(apart.rows), withoutSeq(whole.rows));
    assert.deepEqual(apart.begins, []);
  });

  it('goes on with the book where numbering goes on, and begins a new one where it starts again', async () => {
    const events = randomMarket(3, 600);
    const [head, tail] = [events.slice(0, 300), events.slice(300)];
    const later = tail.map((event) => ({ ...event, tsNs: event.tsNs + 1_000_000_000n }));
    const goesOn = await merged([await streamOf('b', later, { seqFrom: 300 }), await streamOf('a', head)]);
    assert.deepEqual([goesOn.rows.length, goesOn.begins], [600, []]);
    const startsAgain = await merged([await streamOf('a', head), await streamOf('b', later)]);
    assert.deepEqual([startsAgain.rows.length, startsAgain.begins], [600, [300]]);
  });

  it('refuses two books at the same time, naming both', async () => {
    const events = randomMarket(5, 200);
    const streams = [await streamOf('one.jsonl', events), await streamOf('two.jsonl', events)];
    await assert.rejects(merged(streams), /two\.jsonl: carries depth while one\.jsonl is not at its end/);
  });

  it('refuses streams of different instruments', async () => {
    const one = await streamOf('one', [trade(0, 1)]);
    const other = { ...one, name: 'other', header: { ...one.header, instrument: 'OTHER' } };
    await assert.rejects(merged([one, other]), /other \(header\): is about OTHER/);
  });
});
