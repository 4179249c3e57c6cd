import assert from 'node:assert/strict';
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { temporaryFolder } from '../release/release-fixture.js';
import { FollowRig } from './following.js';
import { depthBytes, depthHeader, scidHeader, snapshotBytes, tickBytes } from './hand-written.js';

const DAY = 86_400_000_000;
const T0 = Date.UTC(2025, 7, 12, 14) * 1000;
const DATES = ['2025-08-12', '2025-08-13', '2025-08-14', '2025-08-15'];
const NOW = async () => {};

describe('depth files, one a UTC date', () => {
  const folder = temporaryFolder();
  let rig: FollowRig;
  beforeEach(() => {
    rig = new FollowRig(folder());
  });

  const snapshot = (day: number) => snapshotBytes(T0 + day * DAY, 640_000);
  const change = (day: number, size: number, isLast = true) =>
    depthBytes({ us: T0 + day * DAY + size, command: 4, price: 639_975, size, isLast });
  const wholeDay = (day: number) => Buffer.concat([depthHeader(), snapshot(day), change(day, 100 + day)]);
  const bestSizes = (books: readonly { levels: readonly (readonly (readonly [number, number])[])[] }[]) =>
    books.map(({ levels }) => levels[1]![0]![1]).filter((size) => size >= 100);

  it('are followed one after the other in one look, however many there are', async () => {
    for (const [day, date] of DATES.entries()) writeFileSync(rig.depth(date), wholeDay(day));
    const { books, gaps } = await rig.endOf();
    assert.deepEqual(bestSizes(books), [100, 101, 102, 103]);
    assert.equal(gaps, 0);
    assert.deepEqual(
      rig.segments().map((name) => name.slice(-18, -8)),
      DATES,
    );
  });

  it('are not held up by one that has nothing but its header', async () => {
    for (const [day, date] of DATES.entries())
      writeFileSync(rig.depth(date), day === 1 ? depthHeader() : wholeDay(day));
    assert.deepEqual(bestSizes((await rig.endOf()).books), [100, 102, 103]);
  });

  it('may begin before that of the day before has its last records', async () => {
    let nowMs = 0;
    const follower = rig.follower({}, () => nowMs);
    const look = async (afterMs: number) => {
      nowMs += afterMs;
      await follower.look(NOW);
    };
    writeFileSync(rig.depth(DATES[0]!), wholeDay(0));
    await look(0);
    await look(5000);
    writeFileSync(rig.depth(DATES[1]!), Buffer.concat([depthHeader(), snapshot(1)]));
    await look(500);
    appendFileSync(rig.depth(DATES[0]!), change(0, 110));
    await look(500);
    appendFileSync(rig.depth(DATES[0]!), change(0, 111));
    appendFileSync(rig.depth(DATES[1]!), change(1, 112));
    for (let i = 0; i < 20; i++) await look(500);
    assert.deepEqual(bestSizes((await rig.endOf(follower)).books), [100, 110, 111, 112]);
  });

  it('whose last batch has no end when the next begins are left, which is said with byte and file', async () => {
    writeFileSync(rig.depth(DATES[0]!), Buffer.concat([wholeDay(0), change(0, 110, false), change(0, 111, false)]));
    writeFileSync(rig.depth(DATES[1]!), wholeDay(1));
    assert.deepEqual(bestSizes((await rig.endOf()).books), [100, 101]);
    const [reason] = rig.gapReasons();
    assert.match(reason!, /byte 256 of .*2025-08-12\.depth.*2 records.*no end/);
  });

  it('whose last batch has no end yet are waited for, and trades are not', async () => {
    let nowMs = 0;
    const follower = rig.follower({}, () => nowMs);
    writeFileSync(rig.depth(DATES[0]!), Buffer.concat([wholeDay(0), change(0, 110, false)]));
    writeFileSync(rig.scid, Buffer.concat([scidHeader(), tickBytes({ us: T0 + 500, price: 640_000, size: 1 })]));
    await follower.look(NOW);
    nowMs += 4000;
    assert.equal((await follower.look(NOW)).trades, 1);
    appendFileSync(rig.depth(DATES[0]!), change(0, 111));
    nowMs += 4000;
    await follower.look(NOW);
    const { books } = await rig.endOf(follower);
    assert.deepEqual(bestSizes(books), [100, 111], 'one change');
  });

  it('that are gone before they were followed to their end are said to be missing', async () => {
    let nowMs = 0;
    const follower = rig.follower({}, () => nowMs);
    writeFileSync(rig.depth(DATES[0]!), wholeDay(0));
    await follower.look(NOW);
    nowMs += 4000;
    await follower.look(NOW);
    rmSync(rig.depth(DATES[0]!));
    assert.deepEqual((await follower.look(NOW)).missing.at(-1), 'depth');
    writeFileSync(rig.depth(DATES[2]!), wholeDay(2));
    const { books } = await rig.endOf(follower);
    assert.deepEqual(bestSizes(books), [100, 102]);
    assert.match(rig.gapReasons().join(), /2025-08-12 is gone: on with that of 2025-08-14/);
  });
});
