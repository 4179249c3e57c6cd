import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compareWithBridge } from '../../research/replay/captured-day.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';
import { StoreRig } from '../store/store-rig.js';
import { jsonLines, QUICK, Rig } from './rig.js';
import { requestIdOf } from './subscriptions.js';

const UNSET = '1.7976931348623157E308';
type Fields = readonly (string | number)[];

/** Position, operation, side, price, size of a depth message; and what the gap has to name. */
const ODD_DEPTH: readonly [Fields, RegExp][] = [
  [[0, 1, 1, 2926.1, 5], /price 2926\.1\b/],
  [[0, 1, 1, '2926.2500000001', 5], /price 2926\.2500000001/],
  [[0, 1, 1, 'NaN', 5], /price NaN/],
  [[0, 1, 1, '', 5], /price NaN/],
  [[0, 1, 1, '2926,25', 5], /price NaN/],
  [[0, 1, 1, UNSET, 5], /price 1\.797\d+e\+308/],
  [[0, 1, 1, 'Infinity', 5], /price NaN/],
  [[0, 1, 1, '1e400', 5], /price Infinity/],
  [[0, 1, 1, 1e12, 5], /price 1000000000000/],
  [[0, 1, 1, 2926.25, ''], /size NaN/],
  [[0, 1, 1, 2926.25, 'NaN'], /size NaN/],
  [[0, 1, 1, 2926.25, -1], /size -1/],
  [[0, 1, 1, 2926.25, 2.5], /size 2\.5/],
  [[0, 1, 1, 2926.25, UNSET], /size 1\.797\d+e\+308/],
  [[0, 1, 1, 2926.25, 3_000_000_000], /size 3000000000/],
  [[0, 1, 1, 2926.25, '9007199254740993'], /size 9007199254740992/],
  [[0, 1, 2, 2926.25, 5], /side 2/],
  [[0, 1, -1, 2926.25, 5], /side -1/],
  [[0, 1, '', 2926.25, 5], /side NaN/],
  [[0, 3, 1, 2926.25, 5], /operation 3/],
  [[0, '', 1, 2926.25, 5], /operation NaN/],
  [[300, 1, 1, 2926.25, 5], /position 300/],
  [[10, 1, 1, 2926.25, 5], /position 10/],
  [[-1, 1, 1, 2926.25, 5], /position -1/],
  [[0.5, 1, 1, 2926.25, 5], /position 0\.5/],
  [['', 1, 1, 2926.25, 5], /position NaN/],
  [[0, 1, 1, 2926.25], /size NaN/],
  [[0, 1, 1, 2926.25, 5, '"}\u2028more'], /size NaN/],
];

/** Price and size of a trade. */
const ODD_TRADES: readonly [Fields, RegExp][] = [
  [[2926.1, 5], /price 2926\.1\b/],
  [['NaN', 5], /price NaN/],
  [['', 5], /price 0/],
  [[UNSET, 5], /price undefined/],
  [[2926.25, 0], /size 0/],
  [[2926.25, -3], /size -3/],
  [[2926.25, 1.5], /size 1\.5/],
  [[2926.25, ''], /size undefined/],
  [[2926.25, 'NaN'], /size NaN/],
  [[2926.25, UNSET], /size undefined/],
  [[2926.25, 3_000_000_000], /size 3000000000/],
];

describe('odd values in market data', () => {
  const store = new StoreRig();
  let rig: Rig;
  afterEach(() => rig.end());

  /** Gap and reset lines of the capture; by their text, because it is looked at again and again. */
  const marks = () =>
    rig.captureFiles().flatMap((file) => {
      const text = readFileSync(path.join(rig.broker, 'capture', file), 'utf8');
      return [...text.matchAll(/^\{"kind":"(?:gap|reset)".*\}\n/gm)].map(
        ([line]) => JSON.parse(line) as { kind: string; reason: string },
      );
    });
  const gaps = () => marks().filter(({ kind }) => kind === 'gap');
  const inject = (kind: 'depth' | 'tickByTick', fields: Fields) => {
    const id = requestIdOf(rig.gateway, kind)!;
    const message = kind === 'depth' ? [12, 1, id, ...fields] : [99, id, 2, 1_567_098_590, ...fields, 0, '', ''];
    rig.gateway.inject({ do: 'message', fields: message });
  };
  const until = async (what: string, isSo: () => boolean) => {
    for (const deadline = Date.now() + 10_000; !isSo(); await sleep(20))
      if (Date.now() > deadline) throw new Error(`not within 10 s: ${what}`);
  };
  /** A fresh subscription is at the gateway, and the newest line of the capture that voids or begins a book is its reset. */
  const isFresh = (before: number) => () => {
    const id = requestIdOf(rig.gateway, 'depth');
    const hasTrades = requestIdOf(rig.gateway, 'tickByTick') !== undefined;
    return id !== undefined && id !== before && hasTrades && marks().at(-1)?.kind === 'reset';
  };

  it('are a gap line each and never an event; every reader takes the capture, and replay decides as the bridge did', async () => {
    rig = await Rig.start();
    await rig.startBridge({ tuning: { oddRenewMs: 20 } });
    rig.toys.arm(await rig.toys.accept(1), 0);
    await rig.until('decisions', ({ decisions }) => decisions > 20);
    for (const [kind, cases] of [
      ['depth', ODD_DEPTH],
      ['tickByTick', ODD_TRADES],
    ] as const)
      for (const [fields, reason] of cases) {
        const what = `${kind} ${fields.join('|')}`;
        const known = gaps().length;
        const id = requestIdOf(rig.gateway, 'depth')!;
        inject(kind, fields);
        await until(`a gap for ${what}`, () => gaps().length > known);
        await until(`a fresh book after ${what}`, isFresh(id));
        const told = gaps()
          .slice(known)
          .map((gap) => gap.reason);
        assert.ok(told.length === 1 && reason.test(told[0]!), `${what}: ${told.join('; ')}`);
      }
    const odd = ODD_DEPTH.length + ODD_TRADES.length;
    const status = await rig.until('counted, and trading', (now) => now.oddMessages === odd && now.bestBid !== null);
    const alarms = jsonLines(path.join(rig.broker, 'alarms.jsonl'));
    assert.ok(alarms.some(({ state, alarm }) => state === 'raised' && alarm === 'OddMarketData'));
    inject('depth', [9, 2, 1, 0, 0]);
    await rig.until('decisions again', ({ decisions }) => decisions > status.decisions + 40);
    assert.equal(gaps().length, odd, 'a delete with price 0 and size 0 is none');
    await rig.stopBridge();

    for (const file of rig.captureFiles()) {
      const opened = await openDepthFile(path.join(rig.broker, 'capture', file));
      for await (const batch of opened.batches()) assert.ok(batch.length > 0);
      const { record } = await store.import(path.join(rig.broker, 'capture', file));
      assert.equal(record.rejected, 0, file);
    }
    const { compared, different, onlyLive, firstDifference } = await compareWithBridge(rig.broker);
    assert.deepEqual({ different, onlyLive, firstDifference }, { different: 0, onlyLive: 0, firstDifference: null });
    assert.ok(compared > 60, `${compared} decisions compared`);
  });

  it('that never end void the book and are asked anew about at most once in a while', async () => {
    rig = await Rig.start();
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    await rig.until('depth', ({ bestBid }) => bestBid != null);
    const resetsBefore = marks().filter(({ kind }) => kind === 'reset').length;
    const startedMs = performance.now();
    let injected = 0;
    const nonsense = setInterval(() => {
      if (requestIdOf(rig.gateway, 'depth') === undefined) return;
      injected++;
      inject('depth', [0, 1, 1, 2926.1, 5]);
    }, 2);
    await rig.until('many', ({ oddMessages }) => (oddMessages ?? 0) > 300);
    clearInterval(nonsense);
    const elapsedMs = performance.now() - startedMs;
    const renewals = marks().filter(({ kind }) => kind === 'reset').length - resetsBefore;
    assert.ok(renewals <= elapsedMs / QUICK.oddRenewMs + 1, `${renewals} renewals in ${elapsedMs} ms`);
    assert.ok(renewals > 0 && gaps().length <= renewals + 1, `${gaps().length} gaps for ${injected} messages`);
    await rig.until('well again', ({ bestBid, alarms }) => bestBid != null && alarms?.length === 0);
  });

  it('of best prices are a gap too, where there is no depth', async () => {
    rig = await Rig.start();
    rig.gateway.inject({ do: 'refuseDepth', times: 1000 });
    await rig.startBridge();
    await rig.until('best prices', ({ marketData }) => marketData === 'top-of-book');
    const [price, size] = [1, 2];
    for (const [message, reason] of [
      [(id: number) => [price, 6, id, 1, 2926.1, 5, 0], /price 2926\.1\b/],
      [(id: number) => [size, 6, id, 0, 2.5], /size 2\.5/],
      [(id: number) => [size, 6, id, 0, 'NaN'], /NaN/],
    ] as const) {
      const known = gaps().length;
      rig.gateway.inject({ do: 'message', fields: message(requestIdOf(rig.gateway, 'level1')!) });
      await until('a gap', () => gaps().length > known);
      assert.match(gaps().at(-1)!.reason, reason);
      await until('best prices again', () => rig.captured().findLast(({ kind }) => kind !== 'trade')?.kind === 'depth');
    }
    await rig.stopBridge();
    for (const file of rig.captureFiles())
      for await (const _ of (await openDepthFile(path.join(rig.broker, 'capture', file))).batches());
  });
});
