import assert from 'node:assert/strict';
import { appendFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '../release/release-fixture.js';
import { FollowRig } from './following.js';
import { depthBytes, depthHeader, scidHeader, snapshotBytes, tickBytes } from './hand-written.js';

const T0 = Date.UTC(2025, 7, 12, 14) * 1000;
const DATE = '2025-08-12';
const SECOND = 1_000_000;
const NOW = async () => {};

describe("odd records in Sierra Chart's files", () => {
  const folder = temporaryFolder();
  let rig: FollowRig;
  beforeEach(() => {
    rig = new FollowRig(folder());
  });

  const tick = (seconds: number, size = 1) =>
    tickBytes({ us: T0 + Math.round(seconds * SECOND), price: 640_000, size });
  const change = (seconds: number, size: number) =>
    depthBytes({ us: T0 + seconds * SECOND, command: 4, price: 639_975, size });
  const secondsOf = (events: readonly { us: number }[]) => events.map(({ us }) => (us - T0) / SECOND);

  it('whose times step back are kept in their order, at the latest time before them', async () => {
    writeFileSync(rig.scid, Buffer.concat([scidHeader(), tick(1, 1), tick(3, 2), tick(2, 3), tick(4, 4)]));
    const depth = [depthHeader(), snapshotBytes(T0, 640_000), change(3, 5), change(2, 6), change(5, 7)];
    writeFileSync(rig.depth(DATE), Buffer.concat(depth));
    const { trades, books, gaps } = await rig.endOf();
    assert.deepEqual(
      trades.map(({ size }) => size),
      [1, 2, 3, 4],
    );
    assert.deepEqual(secondsOf(trades), [1, 3, 3, 4]);
    assert.deepEqual(
      books.map(({ levels }) => levels[1]![0]![1]),
      [10, 5, 6, 7],
    );
    assert.equal(gaps, 0);
  });

  it('that are garbage cost nothing of those around them, and are named with byte and file', async () => {
    const garbage = (bytes: number) => Buffer.alloc(bytes, 0xee);
    writeFileSync(rig.scid, Buffer.concat([scidHeader(), tick(1), garbage(40), tick(2), tick(3)]));
    const depth = [depthHeader(), snapshotBytes(T0, 640_000), garbage(24), change(2, 5), change(3, 6)];
    writeFileSync(rig.depth(DATE), Buffer.concat(depth));
    const { trades, endLevels } = await rig.endOf();
    assert.deepEqual(secondsOf(trades), [1, 2, 3]);
    assert.equal(endLevels[1]![0]![1], 6);
    const said = rig.gapReasons().join('\n');
    assert.match(said, /byte 96 of .*ESU5_FUT_CME\.scid has a time outside the trading calendar/);
    assert.match(said, /byte 232 of .*2025-08-12\.depth has a time outside the trading calendar/);
  });

  for (const [what, us] of [
    ['in the far future', Date.UTC(2029, 1, 1) * 1000],
    ['before all calendars', 0],
  ] as const)
    it(`with a time ${what} move nothing: what lies behind them has its own times and order`, async () => {
      const odd = tickBytes({ us, price: 640_000, size: 9 });
      writeFileSync(rig.scid, Buffer.concat([scidHeader(), tick(1), odd, tick(2), tick(4)]));
      const oddChange = depthBytes({ us, command: 4, price: 639_975, size: 99 });
      const depth = [depthHeader(), snapshotBytes(T0, 640_000), oddChange, change(3, 5), change(5, 6)];
      writeFileSync(rig.depth(DATE), Buffer.concat(depth));
      const { trades, books } = await rig.endOf();
      assert.deepEqual(secondsOf(trades), [1, 2, 4]);
      assert.deepEqual(secondsOf(books).slice(-2), [3, 5]);
      assert.equal(rig.gapReasons().length > 0, true);
    });

  it('in the far future as the last of a file leave the others their order, and nothing waits for them', async () => {
    let nowMs = 0;
    const odd = tickBytes({ us: Date.UTC(2029, 1, 1) * 1000, price: 640_000, size: 9 });
    writeFileSync(rig.scid, Buffer.concat([scidHeader(), tick(1), tick(2), odd]));
    writeFileSync(rig.depth(DATE), Buffer.concat([depthHeader(), snapshotBytes(T0, 640_000)]));
    const follower = rig.follower({}, () => nowMs);
    const { trades, isPast } = await follower.look(NOW);
    assert.equal(trades, 0, 'a change of the book may still come before them');
    assert.equal(isPast(DATE), false);
    appendFileSync(rig.depth(DATE), change(1.5, 5));
    nowMs += 100;
    await follower.look(NOW);
    nowMs += 4000;
    await follower.look(NOW);
    const last = await follower.look(NOW);
    assert.equal(last.isPast(DATE), true, 'nothing is left');
    const { trades: all, books } = await rig.endOf(follower);
    assert.deepEqual(secondsOf(all), [1, 2]);
    assert.ok(secondsOf(books).includes(1.5), 'in its place');
  });

  it('that are bars, or prices between ticks, are said in words that name the byte and what to look at', async () => {
    const bar = tickBytes({ us: T0 + SECOND, price: 640_000, size: 1, open: 640_000 });
    const between = tickBytes({ us: T0 + 2 * SECOND, price: 640_010, size: 1 });
    writeFileSync(rig.scid, Buffer.concat([scidHeader(), bar, between]));
    const { trades, gaps } = await rig.endOf();
    assert.deepEqual([trades.length, gaps], [0, 1]);
    assert.match(rig.gapReasons()[0]!, /^byte 56 of .*ESU5_FUT_CME\.scid is a bar, not a tick \(and 1 records more\)/);
    const scaled = new FollowRig(path.join(folder(), 'scaled'));
    writeFileSync(scaled.scid, Buffer.concat([scidHeader(), tick(1), tick(2)]));
    writeFileSync(scaled.depth(DATE), Buffer.concat([depthHeader(), snapshotBytes(T0, 640_010)]));
    await scaled.endOf(null, { priceScale: 0.001 });
    assert.match(
      scaled.gapReasons().join('\n'),
      /byte \d+ of .* has the price [\d.]+ x 0\.001, .*: look at sierra\.priceScale/,
    );
  });

  it('are not forgotten by a process that ends before it could say it', async () => {
    writeFileSync(rig.scid, Buffer.concat([scidHeader(), tickBytes({ us: 0, price: 640_000, size: 9 })]));
    const first = rig.follower({});
    assert.equal((await first.look(NOW)).faults, 1);
    first.abandon();
    appendFileSync(rig.scid, Buffer.concat([tick(1), tick(2)]));
    const { trades, resets } = await rig.endOf();
    assert.deepEqual([trades.length, resets.length], [2, 1]);
    assert.match(rig.gapReasons().join(), /byte 56 of /);
  });

  it('of before the beginning are passed over, and the book is told with the first after it', async () => {
    const late = new FollowRig(path.join(folder(), 'late'), T0 + 10 * SECOND);
    const early = [depthHeader(), snapshotBytes(T0, 640_000), change(5, 55)];
    writeFileSync(late.depth(DATE), Buffer.concat(early));
    const first = late.follower();
    await first.look(NOW);
    first.abandon();
    writeFileSync(late.scid, Buffer.concat([scidHeader(), tick(3), tick(11)]));
    appendFileSync(late.depth(DATE), change(12, 66));
    const { trades, books, resets } = await late.endOf();
    assert.deepEqual(secondsOf(trades), [11]);
    assert.equal(resets.length, 1, 'the first line says that following begins');
    assert.deepEqual(secondsOf(books), [11, 12]);
    assert.equal(books[0]!.levels[1]![0]![1], 55);
  });

  it('do not end the trade date', async () => {
    const wrong = tickBytes({ us: T0 + 86_400 * 2 * SECOND, price: 640_010, size: 1 });
    writeFileSync(rig.scid, Buffer.concat([scidHeader(), tick(1), wrong, tick(2)]));
    const { trades } = await rig.endOf();
    assert.deepEqual(secondsOf(trades), [1, 2]);
    assert.equal(rig.segments().length, 1);
  });
});
