import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { CaptureWriter } from '../../bridge/capture/capture-writer.js';
import { ReceiveClock } from '../../bridge/capture/receive-clock.js';
import { DepthTap } from '../../bridge/connection/depth-tap.js';
import type { EventSink } from '../../bridge/feed/event-sink.js';
import { MarketFeed } from '../../bridge/feed/market-feed.js';
import { Book } from '../../shared/market/book/book.js';
import { createMarketClock } from '../../shared/market/clock/market-clock.js';
import { EventKind } from '../../shared/market/events/event-batch.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';
import { depthChange } from './depth-change.js';
import { FeedSession } from './feed-session.js';

const LEVELS = 10;
const TICK = 0.25;
const NEVER_MS = 1e9;

const anyNumber = fc.oneof(
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.MAX_VALUE, -0, 2 ** 53, 1e21),
  fc.double(),
  fc.integer(),
);
const mostly = (usual: fc.Arbitrary<number>) =>
  fc.oneof({ weight: 12, arbitrary: usual }, { weight: 1, arbitrary: anyNumber });
const price = mostly(fc.integer({ min: -50, max: 12_000 }).map((ticks) => ticks * TICK));
const size = mostly(fc.nat(5000));
const message = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      ...{ kind: fc.constant('depth' as const), price, size },
      position: mostly(fc.nat(LEVELS - 1)),
      operation: mostly(fc.nat(2)),
      side: mostly(fc.nat(1)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('trade' as const), price, size }) },
);
type Message = typeof message extends fc.Arbitrary<infer T> ? T : never;

const isIn = (value: number, max: number) => Number.isInteger(value) && value >= 0 && value <= max;
const isPrice = (value: number) => Number.isInteger(value * 4) && Math.abs(value * 4) < 2 ** 31;
const isGood = (one: Message) =>
  isPrice(one.price) &&
  isIn(one.size, 10_000_000) &&
  (one.kind === 'trade'
    ? one.size > 0 && one.price !== 0
    : isIn(one.position, LEVELS - 1) && isIn(one.operation, 2) && isIn(one.side, 1));

/** Two sides of spliced lists: nothing of the product's book in it. */
class SplicedBook {
  sides: [number, number][][] = [[], []];

  clear(): void {
    this.sides = [[], []];
  }

  apply({ side, position, operation, price: at, size: shown }: Message & { kind: 'depth' }): void {
    const list = this.sides[side]!;
    if (operation === 2) list.splice(position, 1);
    else if (operation === 1 && position < list.length) list[position] = [at / TICK + 0, shown + 0];
    else if (position <= list.length) list.splice(position, 0, [at / TICK + 0, shown + 0]);
    list.splice(LEVELS);
  }
}

/** What the door is to make of the messages: an odd one voids the book, until a fresh subscription where there is one. */
function expected(messages: readonly Message[], isRenewed: boolean) {
  const book = new SplicedBook();
  let isVoid = false;
  let [gaps, trades, depth] = [0, 0, 0];
  let isAllowed = true;
  for (const one of messages) {
    if (!isGood(one)) {
      if (isVoid) continue;
      gaps++;
      book.clear();
      // The first renewal is never held up.
      isVoid = !(isRenewed || isAllowed);
      isAllowed = false;
    } else if (one.kind === 'trade') trades++;
    else {
      depth++;
      if (!isVoid) book.apply(one);
    }
  }
  return { sides: book.sides, gaps, trades, depth };
}

/** As anybody reads a capture: a gap voids the book, until the next reset. A broken line throws. */
async function read(file: string) {
  const book = new Book(LEVELS);
  const opened = await openDepthFile(file);
  let isVoid = true;
  for await (const batch of opened.batches())
    for (let i = 0; i < batch.length; i++) {
      const kind = batch.kind[i]!;
      if (kind === EventKind.gap || kind === EventKind.reset) {
        book.clear();
        isVoid = kind === EventKind.gap;
      } else if (kind === EventKind.depth && !isVoid)
        book.apply(batch.operation[i]!, batch.side[i]!, batch.position[i]!, batch.priceTicks[i]!, batch.size[i]!);
    }
  const sides = [0, 1].map((side) =>
    Array.from({ length: book.count[side]! }, (_, i) => {
      const at = side * LEVELS + i;
      return [book.priceTicks[at]!, book.size[at]!] as [number, number];
    }),
  );
  const { gaps, trades, depth } = opened.counts;
  return { sides, gaps, trades, depth };
}

describe('whatever the gateway sends, the capture', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'believe-door-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const open = (into: string, sink: Partial<EventSink>, oddRenewMs: number) => {
    const clock = new ReceiveClock(createMarketClock({ kind: 'real' }));
    const capture = new CaptureWriter({
      folder: into,
      header: {
        kind: 'header',
        v: 1,
        source: 'ib',
        instrument: 'ESH6',
        tickSize: TICK,
        multiplier: 50,
        levels: LEVELS,
      },
      ...{ clock, tradeDateOf: () => '2026-01-05', onTrouble: assert.ifError, onGap: () => {} },
      limits: { sizeBytesMax: 1e9, ageMsMax: 1e9, pendingBytesMax: 1e9 },
    });
    const feed = new MarketFeed({
      ...{ contract: {}, tickSize: TICK, levels: LEVELS, clock, capture, depthRetryMs: NEVER_MS, oddRenewMs },
      sink: { depth: () => {}, trade: () => {}, broken: () => {}, ...sink },
      ...{ onFault: () => {}, onOdd: () => {} },
    });
    return { feed, capture };
  };

  it('is read without a broken line, and gives the book of an independent reference that drops at the same points', async () => {
    const runs = fc.asyncProperty(
      fc.array(message, { maxLength: 120 }),
      fc.boolean(),
      fc.integer({ min: 1, max: 200 }),
      async (messages, isRenewed, cut) => {
        const into = mkdtempSync(path.join(folder, 'run-'));
        const session = new FeedSession();
        const { feed, capture } = open(into, {}, isRenewed ? 0 : NEVER_MS);
        feed.subscribe(session.asSession);
        const tap = new DepthTap(session.depth, () => assert.fail('handed on'));
        for (const one of messages) {
          if (one.kind === 'trade') {
            const isUnset = one.size === Number.MAX_VALUE;
            session.trade(session.tradesId, one.price, isUnset ? undefined : one.size);
            continue;
          }
          const { position, operation, side } = one;
          const bytes = frame(12, 1, session.depthId, position, operation, side, one.price, one.size);
          for (let at = 0; at < bytes.length; at += cut) tap.push(bytes.subarray(at, at + cut));
        }
        await capture.close();
        const [file] = readdirSync(into).filter((name) => name.startsWith('dom_ib'));
        assert.deepEqual(await read(path.join(into, file!)), expected(messages, isRenewed));
        assert.equal(feed.oddMessages, messages.filter((one) => !isGood(one)).length);
      },
    );
    await fc.assert(runs, { numRuns: 150 });
  });

  it('names an odd message that comes after the gateway has begun the void book anew', async () => {
    const into = mkdtempSync(path.join(folder, 'reset-'));
    const session = new FeedSession();
    const { feed, capture } = open(into, {}, NEVER_MS);
    feed.subscribe(session.asSession);
    const odd = () => session.depth(session.depthId, depthChange(1, 1, 0, Number.NaN, 5));
    odd();
    odd();
    odd();
    session.error(session.depthId, 317);
    session.depth(session.depthId, depthChange(0, 1, 0, 2900, 5));
    assert.equal(feed.marketData, 'depth');
    odd();
    await capture.close();
    const [file] = readdirSync(into).filter((name) => name.startsWith('dom_ib'));
    const { gaps, sides } = await read(path.join(into, file!));
    assert.deepEqual({ gaps, sides }, { gaps: 3, sides: [[], []] }, 'the second and third odd message in one gap');
  });

  it('is valid JSON whatever text the gateway gives for a reset or a gap', async () => {
    const runs = fc.asyncProperty(fc.array(fc.string({ unit: 'binary', maxLength: 1500 })), async (texts) => {
      const into = mkdtempSync(path.join(folder, 'text-'));
      const session = new FeedSession();
      const { feed, capture } = open(into, {}, 0);
      feed.subscribe(session.asSession);
      for (const text of texts) {
        session.error(session.depthId, 317, text);
        feed.lost(text);
        feed.renew();
      }
      await capture.close();
      const [file] = readdirSync(into).filter((name) => name.startsWith('dom_ib'));
      const { gaps } = await read(path.join(into, file!));
      assert.equal(gaps, texts.length);
    });
    await fc.assert(runs, { numRuns: 20 });
  });
});

function frame(...fields: (string | number)[]): Buffer {
  const body = Buffer.from(fields.map((field) => `${field}\0`).join(''));
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length);
  return Buffer.concat([head, body]);
}
