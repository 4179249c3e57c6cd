import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { grownDepth, grownTrades, recordsOf } from '../../bench/sierra/grown-samples.js';
import { followOnce } from '../../broker/follow/follow-once.js';
import { seededRandom } from '../../shared/random.js';
import { depthByDate, FollowRig } from './following.js';

/** Half an hour before the end of a trade date and two hours and a half before that of a UTC date. */
const START_US = Date.UTC(2025, 7, 12, 20, 40) * 1000;
const TRADES = 4000;
const DEPTH_RECORDS = 5783 * 6;

describe("following Sierra Chart's files", function () {
  this.timeout(120_000);
  const folder = mkdtempSync(path.join(tmpdir(), 'believe-follow-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const trades = grownTrades(START_US, 1_000_000);
  const depth = grownDepth(START_US);
  const scid = Buffer.concat([trades.header, recordsOf(trades, 0, TRADES)]);
  const files = depthByDate(depth, DEPTH_RECORDS);
  let whole: string[];

  before(async () => {
    const rig = new FollowRig(path.join(folder, 'whole'));
    writeFileSync(rig.scid, scid);
    for (const [date, bytes] of files) writeFileSync(rig.depth(date), bytes);
    const { trades: taken, faults } = await followOnce(rig.options());
    assert.deepEqual([taken, faults], [TRADES, 0]);
    whole = rig.lines();
  });

  it('gives the same lines in random pieces and over restarts as at once', async () => {
    for (let seed = 1; seed <= 6; seed++) {
      const random = seededRandom(seed);
      const rig = new FollowRig(path.join(folder, `pieces-${seed}`));
      const growing = [
        { file: rig.scid, bytes: scid },
        ...[...files].map(([date, bytes]) => ({ file: rig.depth(date), bytes })),
      ];
      const written = growing.map(() => 0);
      // Nothing is let go because of time: the pieces are no market.
      const patient = { holdMs: 1e12 };
      let follower = rig.follower(patient, () => 0);
      while (written.some((bytes, i) => bytes < growing[i]!.bytes.length)) {
        growing.forEach(({ file, bytes }, i) => {
          if (i > 1 && written[i - 1]! < growing[i - 1]!.bytes.length) return;
          const to = Math.min(bytes.length, written[i]! + Math.floor(random() * 60_000));
          appendFileSync(file, bytes.subarray(written[i]!, to));
          written[i] = to;
        });
        await follower.look(async () => {});
        if (random() < 0.3) {
          follower.abandon();
          follower = rig.follower(patient, () => 0);
        }
      }
      follower.abandon();
      await followOnce(rig.options());
      assert.deepEqual(rig.lines(), whole, `seed ${seed}`);
    }
  });
});
