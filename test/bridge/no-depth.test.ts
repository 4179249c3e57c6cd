import assert from 'node:assert/strict';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { QUOTE_TICK, TopOfBook } from '../../bridge/feed/top-of-book.js';
import { assertAgreement } from './agreement.js';
import { jsonLines, Rig } from './rig.js';

describe('a gateway without depth (10092)', () => {
  let rig: Rig;
  afterEach(() => rig.end());

  const headers = () => rig.captureFiles().map((file) => jsonLines(path.join(rig.broker, 'capture', file))[0]!);

  it('is captured by its best prices and trades, and nothing is traded on them', async () => {
    rig = await Rig.start();
    rig.gateway.inject({ do: 'refuseDepth', times: 1000 });
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    const status = await rig.until('decisions', ({ decisions, eventsSeen }) => decisions > 10 && eventsSeen > 500);
    assert.match(status.haltReason ?? '', /^feed: the gateway has no depth, best prices and trades only.*10092/);
    assert.equal(rig.gateway.ledger.orders.size, 0);
    await rig.stopBridge();
    assert.equal(headers().at(-1)?.levels, 1, 'the segment says that its book has one level');
    const lines = rig.captured();
    const from = lines.findIndex(({ kind, reason }) => kind === 'reset' && /no depth/.test(String(reason)));
    const depth = lines.slice(from).filter(({ kind }) => kind === 'depth');
    assert.ok(depth.length > 100 && lines.some(({ kind }) => kind === 'trade'));
    assert.ok(depth.every(({ position }) => position === 0));
    const bests = (side: number) =>
      depth.filter((line) => line.side === side && line.op !== 2).map(({ price }) => price);
    for (const price of [...bests(0), ...bests(1)]) assert.ok(Number(price) > 2900 && Number(price) < 2950);
  });

  it('is asked again, and trades as before once depth has come', async () => {
    rig = await Rig.start();
    rig.gateway.inject({ do: 'refuseDepth', times: 3 });
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    const status = await rig.until('fills', ({ fills, trading }) => fills > 3 && trading === 'armed');
    assert.equal(status.haltReason, null);
    await rig.quiet();
    await rig.stopBridge();
    assert.deepEqual([...new Set(headers().map(({ levels }) => levels))], [10, 1]);
    assert.equal(headers().at(-1)?.levels, 10);
    assert.deepEqual(
      rig
        .captured()
        .filter(({ kind }) => kind === 'reset')
        .map(({ reason }) => reason),
      ['subscribed', '10092: no depth, best prices only', 'depth again'],
    );
    assertAgreement(rig);
  });

  it('does not lift the halt between a new request and its refusal, nor on a new connection', async () => {
    rig = await Rig.start();
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    await rig.until('fills', ({ fills }) => fills > 0);
    rig.gateway.inject({ do: 'refuseDepth', times: 1000 });
    rig.gateway.inject({ do: 'depthHalt' });
    await rig.until('refused', ({ haltReason }) => /10092/.test(haltReason ?? ''));
    await rig.until('nothing on its way', () => rig.gateway.ledger.live().length === 0);
    const sent = rig.gateway.ledger.orders.size;
    await sleep(1500);
    rig.gateway.inject({ do: 'reset' });
    await sleep(300);
    await rig.until('connected again', ({ connection }) => connection === 'ready');
    await sleep(1000);
    assert.equal(rig.gateway.ledger.orders.size, sent, 'through several requests and a connection anew');
  });
});

describe('top of the book', () => {
  const [LAST, DELAYED_BID] = [4, 66];

  it('tells each side once its price and size are known, then every change, and the end of a quote', () => {
    const told: unknown[][] = [];
    const top = new TopOfBook(({ operation, side, price, size }) => told.push([operation, side, price, size]));
    top.tick(QUOTE_TICK.bid, 100);
    assert.deepEqual(told, []);
    top.tick(QUOTE_TICK.bidSize, 5);
    top.tick(QUOTE_TICK.askSize, 7);
    top.tick(QUOTE_TICK.ask, 100.25);
    top.tick(QUOTE_TICK.bidSize, 6);
    top.tick(LAST, 100.25);
    top.tick(DELAYED_BID, 90);
    top.tick(QUOTE_TICK.bid, -1);
    top.tick(QUOTE_TICK.bid, -1);
    top.tick(QUOTE_TICK.bid, 99.75);
    top.tick(QUOTE_TICK.bidSize, 8);
    assert.deepEqual(told, [
      [0, 1, 100, 5],
      [0, 0, 100.25, 7],
      [1, 1, 100, 6],
      [2, 1, 0, 0],
      [0, 1, 99.75, 8],
    ]);
  });

  it('takes 0 and -1 without a size as no quote, and with a size of their own as the prices that they are', () => {
    for (const odd of [0, -1]) {
      const told: unknown[][] = [];
      const top = new TopOfBook(({ operation, side, price, size }) => told.push([operation, side, price, size]));
      const quote = (price: number, size: number) => {
        top.tick(QUOTE_TICK.bid, price);
        top.tick(QUOTE_TICK.bidSize, size);
      };
      quote(odd, 0);
      assert.deepEqual(told, [], 'none from the start');
      quote(100, 5);
      quote(odd, 0);
      quote(odd, 3);
      quote(odd - 0.25, 3);
      assert.deepEqual(told, [
        [0, 1, 100, 5],
        [2, 1, 0, 0],
        [0, 1, odd, 3],
        [1, 1, odd - 0.25, 3],
        [1, 1, odd - 0.25, 3],
      ]);
    }
  });

  it('starts anew after its book was cleared', () => {
    const told: unknown[][] = [];
    const top = new TopOfBook(({ operation, side, price, size }) => told.push([operation, side, price, size]));
    for (const [type, value] of [
      [QUOTE_TICK.ask, 101],
      [QUOTE_TICK.askSize, 3],
    ] as const)
      top.tick(type, value);
    top.clear();
    top.tick(QUOTE_TICK.askSize, 4);
    assert.equal(told.length, 1);
    top.tick(QUOTE_TICK.ask, 101.25);
    assert.deepEqual(told.at(-1), [0, 0, 101.25, 4]);
  });
});
