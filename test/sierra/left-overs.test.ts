import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { followOnce } from '../../broker/follow/follow-once.js';
import { nextBytes, streamsWithFiles } from '../../broker/seal/next-source.js';
import { sealPlaces } from '../../broker/seal/seal-places.js';
import { startOfStream } from '../../shared/contract/stream-head.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';
import { temporaryFolder } from '../release/release-fixture.js';
import { FollowRig } from './following.js';
import { scidHeader, tickBytes } from './hand-written.js';
import { eventsIn } from './segment-events.js';

const T0 = Date.UTC(2025, 7, 12, 14) * 1000;
const DAY = 86_400_000_000;

describe('what a follower leaves behind', () => {
  const folder = temporaryFolder();
  let rig: FollowRig;
  beforeEach(() => {
    rig = new FollowRig(folder());
  });

  const ticks = (...days: number[]) => days.map((day) => tickBytes({ us: T0 + day * DAY, price: 640_000, size: 1 }));
  const at = (name: string) => path.join(rig.folder, name);

  it('is read by all who read depth files, and sealed as a stream of its own', async () => {
    writeFileSync(rig.scid, Buffer.concat([scidHeader(), ...ticks(0, 0, 1)]));
    await followOnce(rig.options());
    const places = sealPlaces(folder());
    const stream = 'capture/sierra/ESU5';
    assert.deepEqual(streamsWithFiles(places), [stream]);
    const next = await nextBytes(places, startOfStream('broker', stream, 1));
    assert.deepEqual([next!.name, next!.tradeDate, next!.from], ['sierra-ESU5-2025-08-12-1.jsonl', '2025-08-12', 0]);
    for (const file of rig.files()) {
      const { header } = await openDepthFile(file);
      assert.deepEqual([header.source, header.instrument], ['sierra', 'ESU5']);
    }
    assert.equal(rig.files().length, 2);
  });

  it('is no open segment that nobody goes on with, and no file half written', async () => {
    writeFileSync(rig.scid, Buffer.concat([scidHeader(), ...ticks(0)]));
    await followOnce(rig.options());
    writeFileSync(at('sierra-ESU5-2025-08-12-2.jsonl.open'), '{"kind":"header"');
    writeFileSync(at('follow-ESU5.json.77-0a1b2c3d.tmp'), '{');
    writeFileSync(at('status-ESU5.json.77-0a1b2c3d.tmp'), '{');
    writeFileSync(rig.scid, Buffer.concat([scidHeader(), ...ticks(0, 1)]));
    await followOnce(rig.options());
    assert.deepEqual(
      readdirSync(rig.folder).filter((name) => /\.(open|tmp)$/.test(name)),
      [],
    );
    assert.equal((await rig.endOf()).trades.length, 2);
  });

  it('is kept where the state was removed: the open segment is closed with its whole lines', async () => {
    writeFileSync(rig.scid, Buffer.concat([scidHeader(), ...ticks(0)]));
    const follower = rig.follower({ holdMs: 0 });
    await follower.look(async () => {});
    follower.abandon();
    rmSync(at('follow-ESU5.json'));
    await followOnce(new FollowRig(folder(), T0 + DAY).options());
    assert.equal((await eventsIn(rig.files())).trades.length, 1);
  });

  it('is named where it cannot be read: state and segment', async () => {
    mkdirSync(rig.folder, { recursive: true });
    writeFileSync(at('follow-ESU5.json'), '{"v":1');
    await assert.rejects(followOnce(rig.options()), /follow-ESU5\.json: is no state of a follower/);
    rmSync(at('follow-ESU5.json'));
    writeFileSync(rig.scid, Buffer.concat([scidHeader(), ...ticks(0)]));
    const follower = rig.follower({ holdMs: 0 });
    await follower.look(async () => {});
    follower.abandon();
    rmSync(at('sierra-ESU5-2025-08-12-1.jsonl.open'));
    await assert.rejects(followOnce(rig.options()), { name: 'SegmentLost' });
    assert.ok(existsSync(at('follow-ESU5.json')));
  });
});
