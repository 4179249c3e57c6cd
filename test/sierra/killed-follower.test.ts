import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { grownDepth, grownTrades, recordsOf } from '../../bench/sierra/grown-samples.js';
import { seededRandom } from '../../shared/random.js';
import { FollowHome, kill } from './follow-home.js';
import { depthByDate } from './following.js';

const WRITER = fileURLToPath(new URL('../../bench/sierra/piece-writer.js', import.meta.url));
const KILLS = 30;
/** Ten minutes before the end of a trade date, three hours and ten before that of a UTC date. */
const START_US = Date.UTC(2025, 7, 12, 20, 50) * 1000;
const DEPTH_RECORDS = 5783 * 24;
const TRADES = 20_000;
/** The files are written in step with each other: nothing is let go before the other file has it. */
const SETTINGS = { holdSeconds: 600, lookMs: 20 };

describe('a follower that is killed', function () {
  this.timeout(180_000);
  const folder = mkdtempSync(path.join(tmpdir(), 'believe-follow-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('at thirty moments, while another process writes, leaves the lines of one that followed at once', async () => {
    const whole = new FollowHome(path.join(folder, 'whole'), SETTINGS, START_US);
    const trades = grownTrades(START_US, 6_000_000);
    writeFileSync(whole.rig.scid, Buffer.concat([trades.header, recordsOf(trades, 0, TRADES)]));
    for (const [date, bytes] of depthByDate(grownDepth(START_US, 500_000_000), DEPTH_RECORDS))
      writeFileSync(whole.rig.depth(date), bytes);
    assert.equal(whole.once().code, 0);
    const lines = whole.rig.lines();
    assert.ok(lines.length > TRADES, `${lines.length} lines`);

    const grown = new FollowHome(path.join(folder, 'grown'), SETTINGS, START_US);
    const random = seededRandom(30);
    const writer = spawn(process.execPath, [WRITER, whole.rig.dataFolder, grown.rig.dataFolder, '7', '120', '170']);
    const written = once(writer, 'exit');
    for (let kills = 0; kills < KILLS; kills++) {
      const follower = grown.start();
      // Half of them while they begin, half at their work.
      if (kills % 2 === 0) await once(follower.stderr!, 'data');
      await pause(random() * 500);
      await kill(follower);
    }
    assert.deepEqual(await written, [0, null]);
    const { out } = JSON.parse(readFileSync(path.join(grown.rig.folder, 'follow-ESU5.json'), 'utf8'));
    assert.ok(out.seq > 0, 'those that were killed had written lines');
    const { code, said } = grown.once();
    assert.equal(code, 0, said);
    const other = grown.rig.lines();
    assert.equal(other.length, lines.length);
    assert.deepEqual(
      other.filter((line, i) => line !== lines[i]),
      [],
      'no line differs',
    );
    const left = readdirSync(grown.rig.folder).filter((name) => /\.(open|tmp)$/.test(name));
    assert.deepEqual(left, [], 'nothing is left of those that were killed');
  });
});
