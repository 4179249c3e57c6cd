import assert from 'node:assert/strict';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createPathSteps } from '../../activities/broker/path-steps.js';
import { takeReceipt } from '../../broker/prune/acknowledge.js';
import { countDay } from '../../broker/volume/count-day.js';
import { countVolumes } from '../../broker/volume/count-volumes.js';
import { uploadConfig } from '../../shared/config/upload.js';
import { captureStream } from '../../shared/contract/batch-stream.js';
import { calendarOf } from '../../shared/market/calendar/product-calendars.js';
import { formatBreakLine, formatHeaderLine, formatTradeLine } from '../../shared/market/events/depth-line.js';
import { readVolumes, volumesFile } from '../../shared/node/contract/volumes-file.js';
import { temporaryFolder } from '../release/release-fixture.js';
import { BROKER } from './batches.js';
import { DATE } from './broker-rig.js';
import { Road } from './road.js';

const ES = calendarOf('ES');
const RTH = ES.rthSessionOf(DATE)!;
const CONTRACTS = ['ESM5', 'ESU5'];

describe('volumes of two contracts', () => {
  const folder = temporaryFolder();
  let road: Road;
  beforeEach(() => {
    road = new Road(path.join(folder(), 'road'));
  });

  const file = () => volumesFile(road.rig.folder);
  const kept = () => readVolumes(file()).map(({ instrument, volume, rows }) => [instrument, volume, rows]);
  const count = () => countVolumes({ brokerFolder: road.rig.folder, broker: BROKER, epoch: 1, calendar: ES });
  const seal = () =>
    road.rig.sealing(async (sealer) => {
      await sealer.sealAll();
      for (const instrument of CONTRACTS) sealer.closeDay(captureStream(instrument), DATE);
    });
  /** Research takes what was sealed, and the broker its receipt of one contract. */
  const acknowledge = async (instrument: string) => {
    road.send();
    await road.receive();
    const stream = captureStream(instrument);
    takeReceipt({
      ...{ brokerFolder: road.rig.folder, broker: BROKER, root: road.options().root },
      ...{ stream: { stream, epoch: 1 }, receipt: road.receipt(stream) },
    });
  };
  const bringHome = async () => {
    await seal();
    for (const instrument of CONTRACTS) await acknowledge(instrument);
    return await count();
  };
  const captureBoth = () => {
    road.rig.segment(1, 50, { instrument: 'ESM5' });
    road.rig.segment(2, 25, { instrument: 'ESM5' });
    road.rig.segment(1, 100, { instrument: 'ESU5' });
  };

  it('are counted once research has acknowledged all of the date, each contract by itself', async () => {
    captureBoth();
    assert.deepEqual(await count(), [], 'nothing is sealed');
    await seal();
    assert.deepEqual(await count(), [], 'nothing is acknowledged');
    await acknowledge('ESU5');
    await count();
    assert.deepEqual(kept(), [['ESU5', 20, 101]]);
    await acknowledge('ESM5');
    await count();
    assert.deepEqual(kept(), [
      ['ESM5', 15, 77],
      ['ESU5', 20, 101],
    ]);
  });

  it('are counted once, and again where more of the date came home', async () => {
    captureBoth();
    assert.equal((await bringHome()).length, 2);
    assert.deepEqual(await count(), []);
    road.rig.segment(3, 10, { instrument: 'ESM5' });
    assert.deepEqual(
      (await bringHome()).map(({ instrument, volume }) => [instrument, volume]),
      [['ESM5', 17]],
    );
    assert.equal(kept().length, 2);
  });

  it('are counted by the step that takes the receipts, where volume decides', async () => {
    captureBoth();
    await seal();
    for (const instrument of CONTRACTS) await acknowledge(instrument);
    const streams = CONTRACTS.map((instrument) => ({ stream: captureStream(instrument), epoch: 1, seq: 2 }));
    const taking = (volumes: typeof ES | undefined) => {
      const { takeReceipts } = createPathSteps({
        ...{ ...road.rig.options(), upload: uploadConfig.parse({}), volumes },
        transport: { push: async () => ({ files: 0, bytes: 0 }), takeReceipts: async () => streams },
      } as never);
      return new MockActivityEnvironment().run(takeReceipts, { streams });
    };
    await taking(undefined);
    assert.deepEqual(kept(), []);
    assert.deepEqual(await taking(ES), { acknowledged: streams });
    assert.equal(kept().length, 2);
  });

  it('are not those of a date on which one contract was captured', async () => {
    road.rig.segment(1, 50);
    await seal();
    await acknowledge('ESM5');
    assert.deepEqual(await count(), []);
  });

  it('are unknown where what was acknowledged is no longer all there', async () => {
    captureBoth();
    await seal();
    rmSync(road.rig.path('capture', `dom_ib-ESM5-${DATE}-1.jsonl`));
    for (const instrument of CONTRACTS) await acknowledge(instrument);
    await count();
    const [lost] = readVolumes(file());
    assert.deepEqual([lost!.volume, lost!.problem], [null, '26 of 77 acknowledged lines are here']);
  });

  it('are counted anew where the list is damaged', async () => {
    captureBoth();
    await bringHome();
    const before = kept();
    writeFileSync(file(), '{"v":1,"volumes":[{"instrument":"ESM5"');
    assert.throws(() => readVolumes(file()), /is no list of traded volumes/);
    await count();
    assert.deepEqual(kept(), before);
    assert.deepEqual(
      readdirSync(path.dirname(file())).filter((name) => name.includes('volumes')),
      ['volumes.json'],
    );
  });

  it('know how much of regular hours the capture lacks: before it, within it, and after it', async () => {
    const at = (ms: number) => String(BigInt(ms) * 1_000_000n);
    const segment = path.join(folder(), 'quiet.jsonl');
    const header = { kind: 'header' as const, v: 1 as const, instrument: 'ESM5', exchange: 'CME', source: 'ib' };
    const { rthOpenMs, rthCloseMs } = RTH;
    const lengthSeconds = (rthCloseMs - rthOpenMs) / 1000;
    const missing = async (...breaks: readonly (readonly [fromSecond: number, toSecond: number])[]) => {
      let [text, seq] = [formatHeaderLine({ ...header, tickSize: 0.25, multiplier: 50, levels: 10 }), 0];
      for (let second = -120; second < lengthSeconds + 120; second += 30) {
        const ns = at(rthOpenMs + second * 1000);
        const isOut = breaks.some(([from, to]) => second > from && second < to);
        // A line that says that nothing comes is no sign of the market.
        text += isOut ? formatBreakLine('gap', ns, ++seq, 'lost') : formatTradeLine(ns, ++seq, 5900, 2, null);
      }
      writeFileSync(segment, text);
      return (await countDay([segment], RTH)).missingSeconds;
    };
    assert.equal(await missing(), 0);
    assert.equal(await missing([-600, 300]), 300, 'begun late');
    assert.equal(await missing([600, 1200], [3000, 3090]), 690, 'stood still twice');
    assert.equal(await missing([lengthSeconds - 240, lengthSeconds + 600]), 240, 'ended early');
    assert.equal(await missing([600, 660]), 0, 'a minute is no gap');
    assert.equal(await missing([-600, lengthSeconds + 600]), lengthSeconds);
  });
});
