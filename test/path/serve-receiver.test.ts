import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { serveReceiver } from '../../research/receive/serve-receiver.js';
import { batchEnvelopeName } from '../../shared/contract/batch-stream.js';
import { RECEIVER_ALARMS, receiverAlarmLine, receiverStatus } from '../../shared/contract/receiver-status.js';
import { writeSigningKey } from '../../shared/node/trust/key-folder.js';
import { trustRoot } from '../../shared/node/trust/trust-store.js';
import { KEYS, makeRoot, temporaryFolder } from '../release/release-fixture.js';
import { BROKER } from './batches.js';
import { RECEIPT_ROOT } from './broker-rig.js';
import { Road } from './road.js';

describe('a receiver that runs on', () => {
  const folder = temporaryFolder();
  let road: Road;
  let stop: AbortController;
  let running: Promise<void>;
  const at = (...parts: string[]) => path.join(folder(), ...parts);
  const start = () => {
    stop = new AbortController();
    running = serveReceiver(
      {
        ...{ folder: at('receiver'), trustFolder: at('trust'), keysFolder: at('keys'), broker: BROKER, epoch: 1 },
        ...{ patienceSeconds: 0, everyMs: 20, retryMs: 20, log: () => {} },
      },
      stop.signal,
    );
  };
  beforeEach(() => {
    road = new Road(folder());
    writeSigningKey(at('keys'), 'receipt', KEYS.receipt);
  });
  afterEach(async () => {
    stop.abort();
    await running;
  });

  const status = () => receiverStatus.parse(JSON.parse(readFileSync(road.places.status, 'utf8')));
  const until = async (isSo: () => boolean) => {
    const endMs = Date.now() + 30_000;
    while (!(existsSync(road.places.status) && isSo())) {
      assert.ok(Date.now() < endMs, existsSync(road.places.status) ? JSON.stringify(status()) : 'no status');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const alarms = () =>
    readFileSync(road.places.alarms, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => receiverAlarmLine.parse(JSON.parse(line)))
      .map(({ alarm, state }) => `${alarm} ${state}`);
  const send = async () => {
    road.rig.orders(3);
    await road.rig.sealAll();
    road.send();
  };

  it('waits for a receipt key, with an alarm, and follows the root that brings it', async () => {
    const older = makeRoot();
    trustRoot(at('trust'), older);
    start();
    await send();
    await until(() => /no receipt key.*believe keys rotate --role receipt/.test(status().stopped ?? ''));
    assert.equal(road.landed().length, 2);
    trustRoot(at('trust'), RECEIPT_ROOT);
    await until(() => status().batchesTaken === 1);
    assert.deepEqual([status().stopped, alarms()], [null, ['ReceiverStopped raised', 'ReceiverStopped cleared']]);
  });

  it('stands still over a damaged log, and goes on when it is put back', async () => {
    trustRoot(at('trust'), RECEIPT_ROOT);
    start();
    await send();
    await until(() => status().batchesTaken === 1);
    const checkpoint = path.join(road.places.log({ stream: 'orders', epoch: 1 }), 'checkpoint');
    const whole = readFileSync(checkpoint);
    writeFileSync(checkpoint, whole.subarray(0, whole.length - 20));
    await send();
    await until(() => status().stopped !== null);
    assert.equal(status().batchesTaken, 1);
    writeFileSync(checkpoint, whole);
    await until(() => status().batchesTaken === 2);
    assert.equal(status().stopped, null);
  });

  it('calls for a person once for what it sets aside and for what waits too long', async () => {
    trustRoot(at('trust'), RECEIPT_ROOT);
    await send();
    await send();
    writeFileSync(road.landing(batchEnvelopeName({ stream: 'orders', epoch: 1, seq: 1 })), 'x');
    start();
    // The data of the first, and the second, which follows it.
    await until(() => status().setAside.length === 1 && status().waiting.filter((one) => one.isOverdue).length === 2);
    const raised = alarms();
    assert.deepEqual([...raised].sort(), ['BatchOverdue raised', 'BatchOverdue raised', 'BatchSetAside raised']);
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.deepEqual(alarms(), raised);
  });

  it('has the alarms that docs/data-path.md lists', () => {
    trustRoot(at('trust'), RECEIPT_ROOT);
    start();
    const text = readFileSync(new URL('../../../docs/data-path.md', import.meta.url), 'utf8');
    const listed = [...text.matchAll(/^\| (\w+) \| [^|]+\| [^|]+\|$/gm)].map(([, name]) => name!);
    assert.deepEqual([...RECEIVER_ALARMS].sort(), listed.filter((name) => /^[A-Z]/.test(name)).sort());
  });
});
