import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { prune } from '../../broker/prune/prune.js';
import { pullReceipts } from '../../broker/push/pull-receipts.js';
import { pushOutbox } from '../../broker/push/push-outbox.js';
import { passwordFile } from '../../broker/rsync/module-access.js';
import { PushFailed } from '../../broker/rsync/rsync-failure.js';
import { freePort } from '../../setup/port-state.js';
import { obtainRsync } from '../../setup/rsync.js';
import { moduleUrl, RSYNC_MODULES, type RsyncModule } from '../../shared/contract/rsync-modules.js';
import { trustRoot } from '../../shared/node/trust/trust-store.js';
import { startDaemon } from '../release/daemon-process.js';
import { temporaryFolder } from '../release/release-fixture.js';
import { BROKER } from './batches.js';
import { CAPTURE, RECEIPT_ROOT } from './broker-rig.js';
import { Road } from './road.js';

describe('batches by rsync', () => {
  const folder = temporaryFolder();
  let program: string;
  let port: number;
  let road: Road;
  let daemon: Awaited<ReturnType<typeof startDaemon>>;
  const modules = () =>
    (['releases', 'landing', 'receipts'] as const).map((module) => ({
      module,
      folder: { releases: path.join(folder(), 'published'), ...road.places }[module],
      passwordFile: passwordFile(broker(), module),
    }));
  const broker = () => path.join(folder(), 'broker');
  const start = async () => {
    const at = { program, address: '127.0.0.1', port, hostsAllow: ['127.0.0.1'] };
    daemon = await startDaemon({ ...at, modules: modules(), stateFolder: path.join(folder(), 'rsync') });
  };

  before(async () => {
    program = (await obtainRsync({ reach: 'loopback' })).path;
  });
  beforeEach(async () => {
    port = await freePort();
    road = new Road(folder());
    trustRoot(path.join(broker(), 'trust'), RECEIPT_ROOT);
    await start();
  });
  afterEach(() => daemon.stop());

  const rsync = () => ({ path: program, host: '127.0.0.1', port, bwlimitKiBps: null as number | null });
  const push = (changes: Partial<Parameters<typeof pushOutbox>[0]> = {}) =>
    pushOutbox({ brokerFolder: broker(), rsync: rsync(), resendSeconds: 60, wallMs: Date.now, ...changes });
  const acknowledge = async () => {
    const streams = ['orders', 'decisions', 'alarms', CAPTURE].map((stream) => ({ stream, epoch: 1 }));
    return await pullReceipts({ brokerFolder: broker(), broker: BROKER, rsync: rsync(), streams });
  };
  const fill = async () => {
    road.rig.orders(40);
    road.rig.decisions(10);
    road.rig.alarm('the gateway is down');
    road.rig.segment(1, 400);
    road.rig.segment(2, 400);
    await road.rig.sealAll();
  };
  const outbox = () => readdirSync(road.rig.path('outbox')).sort();

  it('arrive whole, are acknowledged, and only then leave the broker', async () => {
    await fill();
    const sent = outbox();
    const { files, bytes } = await push();
    assert.equal(files, sent.length);
    assert.ok(bytes > 0);
    assert.deepEqual(road.landed(), sent);
    assert.deepEqual(
      (await acknowledge()).map(({ seq }) => seq),
      [0, 0, 0, 0],
      'nothing was received yet',
    );
    const report = await road.receive();
    assert.deepEqual([report.setAside, report.waiting], [[], []]);
    assert.equal(readFileSync(road.rig.path('alarms.jsonl'), 'utf8'), road.received()['alarms.jsonl']);
    assert.deepEqual(
      (await acknowledge()).map(({ stream, seq }) => `${stream} ${seq}`),
      ['orders 1', 'decisions 1', 'alarms 1', `${CAPTURE} 2`],
    );
    const { tradeDate } = road.rig;
    prune({ brokerFolder: broker(), broker: BROKER, epoch: 1, retentionDays: 14, tradeDate });
    assert.deepEqual(outbox(), []);
  });

  it('are acknowledged to two who ask at the same time, as the workflows of a day and of its journals do', async () => {
    await fill();
    await push();
    await road.receive();
    // Each begins while the one before is somewhere between its first and its last word with the daemon.
    const asked = await Promise.all(
      Array.from({ length: 16 }, async (_, i) => {
        await new Promise((resolve) => setTimeout(resolve, i * 7));
        return await acknowledge();
      }),
    );
    for (const streams of asked)
      assert.deepEqual(
        streams.map(({ seq }) => seq),
        [1, 1, 1, 2],
      );
  });

  it('are not sent twice, unless nobody has acknowledged them for long', async () => {
    await fill();
    await push();
    assert.equal((await push()).files, 0);
    road.rig.orders(1);
    await road.rig.sealAll();
    assert.equal((await push()).files, 2, 'what is new');
    for (const name of road.landed()) rmSync(road.landing(name));
    const later = Date.now() + 61_000;
    assert.equal((await push({ wallMs: () => later })).files, outbox().length);
    assert.deepEqual(road.landed(), outbox());
    rmSync(road.rig.path('seal', 'sent.json'));
    await push();
    assert.equal((await road.receive()).setAside.length, 0, 'a memory that is lost only costs sending again');
  });

  it('get over a client that is ended and a daemon that is killed in the middle', async () => {
    await fill();
    // Of bytes that cannot be packed: long enough on a slow road to be in the middle of.
    const noise = randomBytes(600_000).toString('hex');
    road.rig.append('alarms.jsonl', `${JSON.stringify({ ...ALARM, detail: noise })}\n`);
    await road.rig.sealAll();
    const slow = { ...rsync(), bwlimitKiBps: 200 };
    const stop = new AbortController();
    const under = push({ rsync: slow, signal: stop.signal });
    under.catch(() => {});
    await untilTrue(() => existsSync(road.places.landing) && readdirSync(road.places.landing).length > 0);
    stop.abort(new Error('the worker was stopped'));
    await assert.rejects(under, /the worker was stopped/);

    const again = push({ rsync: slow });
    again.catch(() => {});
    await daemon.stop();
    await assert.rejects(again, (error) => error instanceof PushFailed && error.retryable);
    await start();
    await push();
    const report = await road.receive({ patienceSeconds: 0 });
    assert.deepEqual(report.waiting, []);
    assert.equal(road.received()['alarms.jsonl'], readFileSync(road.rig.path('alarms.jsonl'), 'utf8'));
    assert.equal(readdirSync(road.places.quarantine).length, 0);
  });

  it('find a daemon that is away worth another try, and one that knows no such login not', async () => {
    await fill();
    await daemon.stop();
    await assert.rejects(push(), (error) => error instanceof PushFailed && error.retryable);
    await start();
    writeFileSync(passwordFile(broker(), 'landing'), 'wrong\n', { mode: 0o600 });
    await assert.rejects(
      push(),
      (error) => error instanceof PushFailed && error.reason === 'login' && !error.retryable,
    );
    assert.deepEqual(road.landed(), []);
  });

  describe('whoever holds the password of the landing folder', () => {
    const call = (...args: string[]) => spawnSync(program, args, { encoding: 'utf8' });
    const as = (module: RsyncModule) => `--password-file=${passwordFile(broker(), module)}`;
    const url = (module: RsyncModule, user: RsyncModule = 'landing') =>
      moduleUrl(module, { host: '127.0.0.1', port }).replace(RSYNC_MODULES[module].user, RSYNC_MODULES[user].user);
    const victim = 'orders-e0001-0000000001.dsse.json';
    const elsewhere = () => path.join(folder(), 'elsewhere');

    beforeEach(() => {
      mkdirSync(elsewhere());
      writeFileSync(road.landing(victim), 'there before');
      writeFileSync(path.join(elsewhere(), victim), 'another');
      mkdirSync(road.places.receipts, { recursive: true });
      writeFileSync(path.join(road.places.receipts, 'orders-e0001.note'), 'a receipt');
    });

    it('cannot list, read or delete what lies there', () => {
      for (const args of [
        ['--list-only', as('landing'), `${url('landing')}/`],
        ['-t', as('landing'), `${url('landing')}/${victim}`, `${elsewhere()}/read`],
        ['-rt', '--delete', as('landing'), `${elsewhere()}/`, `${url('landing')}/`],
        ['-t', '--remove-source-files', as('landing'), `${url('landing')}/${victim}`, `${elsewhere()}/`],
      ]) {
        const { status, stdout } = call(...args);
        assert.notEqual(status, 0, args.join(' '));
        assert.doesNotMatch(stdout, /there before|dsse/);
      }
      assert.equal(readFileSync(road.landing(victim), 'utf8'), 'there before');
      assert.equal(existsSync(path.join(elsewhere(), 'read')), false);
    });

    it('reaches no other module, and other logins do not reach this one', () => {
      for (const args of [
        ['-t', as('landing'), `${url('receipts')}/orders-e0001.note`, `${elsewhere()}/`],
        ['-t', as('landing'), `${url('releases')}/anything`, `${elsewhere()}/`],
        ['-t', as('receipts'), `${elsewhere()}/${victim}`, `${url('landing', 'receipts')}/x.json`],
        ['-t', as('receipts'), `${elsewhere()}/${victim}`, `${url('receipts', 'receipts')}/orders-e0001.note`],
        ['--list-only', as('receipts'), `rsync://${RSYNC_MODULES.receipts.user}@127.0.0.1:${port}/`],
      ])
        assert.ok(call(...args).status !== 0 || !/landing|receipts/.test(call(...args).stdout), args.join(' '));
      assert.equal(readFileSync(path.join(road.places.receipts, 'orders-e0001.note'), 'utf8'), 'a receipt');
    });

    it('can write nothing but plain files of its own into this one folder', () => {
      for (const args of [
        ['-t', as('landing'), `${elsewhere()}/${victim}`, `${url('landing')}/../escaped.json`],
        ['-rlt', as('landing'), `${elsewhere()}/`, `${url('landing')}/`],
        ['-t', '--inplace', as('landing'), `${elsewhere()}/${victim}`, `${url('landing')}/${victim}`],
        ['-t', '--append', as('landing'), `${elsewhere()}/${victim}`, `${url('landing')}/${victim}`],
        ['-t', '--backup', as('landing'), `${elsewhere()}/${victim}`, `${url('landing')}/${victim}`],
      ])
        call(...args);
      assert.equal(existsSync(path.join(folder(), 'receiver', 'escaped.json')), false);
      assert.equal(readFileSync(road.landing(victim), 'utf8'), 'there before');
    });

    it('can put another file in the place of one that was not taken yet, which the receiver then refuses', async () => {
      rmSync(road.landing(victim));
      await fill();
      await push();
      assert.equal(call('-t', as('landing'), `${elsewhere()}/${victim}`, `${url('landing')}/${victim}`).status, 0);
      const { setAside } = await road.receive();
      assert.deepEqual(
        setAside.map(({ reason }) => reason),
        ['envelope-malformed'],
      );
      const later = Date.now() + 61_000;
      await push({ wallMs: () => later });
      assert.deepEqual((await road.receive()).setAside, []);
      assert.equal((await acknowledge())[0]?.seq, 1, 'the good one is sent again');
    });
  });
});

const ALARM = { v: 1, at: '2025-06-02T14:30:01.000Z', state: 'raised', alarm: 'GatewayDown' };

async function untilTrue(isSo: () => boolean): Promise<void> {
  const endMs = Date.now() + 30_000;
  while (!isSo()) {
    assert.ok(Date.now() < endMs, 'it never came to be so');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
