import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { compareWithBridge } from '../../research/replay/captured-day.js';
import { Rig } from '../bridge/rig.js';

describe('a captured day', () => {
  let rig: Rig;
  afterEach(() => rig.end());

  it('replays to the decisions of the bridge, bit for bit, through a swap, a book anew and a restart', async () => {
    rig = await Rig.start({ config: { bridge: { segmentMinutesMax: 0.02 } } });
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    await rig.until('decisions', ({ decisions }) => decisions > 20);
    rig.gateway.inject({ do: 'depthReset' });
    await rig.until('more decisions', ({ decisions }) => decisions > 40);
    await rig.stopBridge();
    const restartedAt = new Date().toISOString();
    await rig.startBridge();
    await rig.until('decisions again', ({ decisions, wallTime }) => wallTime > restartedAt && decisions > 20);
    const meanwhile = await compareWithBridge(rig.broker);
    assert.deepEqual([meanwhile.different, meanwhile.onlyLive], [0, 0], 'of the segments that are closed by now');
    await rig.stopBridge();

    const { events, compared, different, onlyLive, firstDifference } = await compareWithBridge(rig.broker);
    assert.deepEqual({ different, onlyLive, firstDifference }, { different: 0, onlyLive: 0, firstDifference: null });
    assert.ok(compared > 60 && events > compared, `${compared} decisions on ${events} events`);

    const journal = path.join(rig.broker, 'journal');
    const log = path.join(journal, readdirSync(journal).findLast((file) => file.startsWith('decisions-'))!);
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
    const at = lines.findLastIndex((line) => line.includes('"kind":"decision"'));
    const forged = JSON.parse(lines[at]!) as { seq: number; edgeTicks: number };
    writeFileSync(
      log,
      `${lines.with(at, JSON.stringify({ ...forged, edgeTicks: forged.edgeTicks + 1e-9 })).join('\n')}\n`,
    );
    const forgedResult = await compareWithBridge(rig.broker);
    assert.equal(forgedResult.different, 1);
    assert.equal(forgedResult.firstDifference?.live?.seq, forged.seq);

    appendFileSync(log, 'cut off');
    await assert.rejects(compareWithBridge(rig.broker), /is not a JSON object/);
  });
});
