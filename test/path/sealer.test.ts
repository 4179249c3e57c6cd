import assert from 'node:assert/strict';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { readHead } from '../../broker/seal/commit.js';
import { sealPlaces } from '../../broker/seal/seal-places.js';
import { RANGE_BYTES_MAX } from '../../shared/contract/batch.js';
import { Failure } from '../../shared/failure.js';
import { NOW_MS, temporaryFolder } from '../release/release-fixture.js';
import { BROKER } from './batches.js';
import { BrokerRig, CAPTURE, DATE, JOURNAL, readOutbox } from './broker-rig.js';

const ORDERS = `${JOURNAL}/orders-${DATE}.jsonl`;

describe('sealing', () => {
  const folder = temporaryFolder();
  let rig: BrokerRig;
  const outbox = () => readOutbox(rig.path('outbox'));
  beforeEach(() => {
    rig = new BrokerRig(path.join(folder(), 'broker'));
  });

  it('seals every line of every stream once, and nothing twice', async () => {
    rig.orders(5);
    rig.decisions(4);
    rig.alarm('one');
    rig.status();
    rig.segment(1);
    rig.segment(2);
    const { sealed, failed } = await rig.sealAll();
    assert.deepEqual(failed, []);
    assert.equal(sealed.length, 6);
    assert.deepEqual((await rig.sealAll()).sealed, []);
    rig.orders(3);
    rig.segment(3);
    assert.deepEqual(
      (await rig.sealAll()).sealed.map(({ stream, seq, rows }) => [stream, seq, rows]),
      [
        ['orders', 2, 3],
        [CAPTURE, 3, 51],
      ],
    );
    const { bytes } = outbox();
    for (const [name, file] of [
      [ORDERS, `journal/${ORDERS}`],
      [`decisions-${DATE}.jsonl`, `journal/decisions-${DATE}.jsonl`],
      ['alarms.jsonl', 'alarms.jsonl'],
      [`dom_ib-ESM5-${DATE}-3.jsonl`, `capture/dom_ib-ESM5-${DATE}-3.jsonl`],
    ])
      assert.equal(bytes[name!], readFileSync(rig.path(file!), 'utf8'), name);
    assert.deepEqual(outbox().heads.get('orders'), readHead(sealPlaces(rig.folder), BROKER, 'orders', 1));
  });

  it('names the first and the last number and time of what it seals', async () => {
    rig.segment(1, 7);
    await rig.sealAll();
    const [day] = outbox().heads.get(CAPTURE)!.days;
    assert.deepEqual(day!.totals, {
      ...{ batches: 1, rows: 8 },
      first: { seq: 1, time: '2025-06-02T14:30:00.000001000Z' },
      last: { seq: 7, time: '2025-06-02T14:30:00.000007000Z' },
    });
  });

  it('lets a torn last line wait, and a segment that is still written', async () => {
    const whole = rig.orders(2);
    rig.append(`journal/${ORDERS}`, '{"v":1,"n":3,"ki');
    rig.segment(1);
    rig.segment(2, 50, { suffix: '.open' });
    const before = statSync(rig.path('journal', ORDERS)).mtimeMs;
    await rig.sealAll();
    assert.equal(outbox().bytes[ORDERS], whole);
    assert.equal(outbox().heads.get(CAPTURE)!.seq, 1);
    assert.equal(statSync(rig.path('journal', ORDERS)).mtimeMs, before, 'the journal itself is left alone');
    truncateSync(rig.path('journal', ORDERS), whole.length);
    const more = rig.orders(1);
    renameSync(rig.path(`capture/dom_ib-ESM5-${DATE}-2.jsonl.open`), rig.path(`capture/dom_ib-ESM5-${DATE}-2.jsonl`));
    await rig.sealAll();
    assert.equal(outbox().bytes[ORDERS], whole + more);
    assert.equal(outbox().heads.get(CAPTURE)!.seq, 2);
  });

  it('lets no later segment overtake one that is still written', async () => {
    rig.segment(1, 10, { suffix: '.open' });
    rig.segment(2, 10);
    await rig.sealAll();
    assert.equal(outbox().heads.get(CAPTURE), undefined);
  });

  it('goes from one trade date to the next when the first is sealed to its end', async () => {
    rig.orders(2);
    rig.orders(2, '2025-06-03');
    rig.segment(9, 5);
    rig.segment(10, 5);
    rig.segment(1, 5, { date: '2025-06-03' });
    await rig.sealAll();
    assert.deepEqual(
      outbox()
        .heads.get('orders')!
        .days.map(({ tradeDate, totals }) => [tradeDate, totals.rows]),
      [
        [DATE, 2],
        ['2025-06-03', 2],
      ],
    );
    assert.deepEqual(
      outbox()
        .heads.get(CAPTURE)!
        .days.map(({ tradeDate, totals }) => [tradeDate, totals.batches]),
      [
        [DATE, 2],
        ['2025-06-03', 1],
      ],
    );
  });

  it('keeps journals of two contracts in one stream', async () => {
    rig.orders(2);
    rig.orders(3, DATE, 'DU1000001-ESU5');
    await rig.sealAll();
    rig.orders(1);
    rig.orders(1, DATE, 'DU1000001-ESU5');
    await rig.sealAll();
    const { heads, bytes } = outbox();
    assert.equal(heads.get('orders')!.seq, 4);
    assert.equal(bytes[`DU1000001-ESU5/orders-${DATE}.jsonl`]!.split('\n').length, 5);
  });

  it('refuses a journal that was cut, replaced or taken away, and goes on with the other streams', async () => {
    const changes: [string, (file: string) => void][] = [
      ['cut', (file) => truncateSync(file, 10)],
      ['replaced by another', (file) => writeFileSync(file, readFileSync(file, 'utf8').replaceAll('BUY', 'SEL'))],
      ['taken away', (file) => rmSync(file)],
    ];
    for (const [what, change] of changes) {
      rig = new BrokerRig(path.join(folder(), what));
      rig.orders(6);
      await rig.sealAll();
      change(rig.path('journal', ORDERS));
      if (what === 'replaced by another') rig.orders(2);
      if (what === 'taken away') rig.orders(2, '2025-06-03');
      rig.segment(1);
      const { sealed, failed } = await rig.sealAll();
      assert.deepEqual(
        failed.map(({ stream, failure }) => [stream, failure.type]),
        [['orders', 'SealSourceChanged']],
        what,
      );
      assert.deepEqual(
        sealed.map(({ stream }) => stream),
        [CAPTURE],
        what,
      );
      assert.equal(outbox().heads.get('orders')!.seq, 1, what);
    }
  });

  it('closes a trade date with what it has, once', async () => {
    rig.orders(5);
    await rig.sealAll();
    await rig.sealing((sealer) => {
      assert.equal(sealer.closeDay('orders', DATE)!.seq, 2);
      assert.equal(sealer.closeDay('orders', DATE), null);
      assert.equal(sealer.closeDay('orders', '2025-06-01'), null);
      assert.equal(sealer.closeDay('swaps', DATE), null);
    });
    rig.orders(1);
    await rig.sealAll();
    await rig.sealing((sealer) => assert.equal(sealer.closeDay('orders', DATE)!.seq, 4, 'what came late is said'));
    assert.deepEqual(outbox().kinds.orders, ['data', 'close', 'data', 'close']);
  });

  it('gives a sign of life when nothing happens, whichever way the clock goes, and numbers never go back', async () => {
    rig.alarm('one');
    await rig.sealAll();
    rig.wallMs += 599_000;
    assert.deepEqual((await rig.sealAll()).sealed, []);
    rig.wallMs += 1000;
    await rig.sealAll();
    rig.wallMs = NOW_MS - 86_400_000;
    rig.tradeDate = '2025-06-01';
    rig.alarm('two');
    await rig.sealAll();
    rig.wallMs -= 600_000;
    await rig.sealAll();
    const { kinds, heads } = outbox();
    assert.deepEqual(kinds.alarms, ['data', 'heartbeat', 'data', 'heartbeat']);
    assert.deepEqual(
      heads.get('alarms')!.days.map(({ tradeDate, totals }) => [tradeDate, totals.rows]),
      [[DATE, 2]],
      'a trade date never goes back',
    );
  });

  it('keeps one line of the status a minute, and none that says nothing new', async () => {
    for (const seconds of [0, 10, 59, 60, 60, 130, -3600]) {
      rig.status(NOW_MS + seconds * 1000);
      await rig.sealAll();
    }
    assert.equal(outbox().bytes[`status-${DATE}.jsonl`]!.trimEnd().split('\n').length, 4);
    writeFileSync(rig.path('status.json'), '{"half":');
    assert.deepEqual((await rig.sealAll()).sealed, []);
  });

  it('cuts a long journal into parts of bounded size, at line ends', async function () {
    this.timeout(240_000);
    const line = `${JSON.stringify({ v: 1, kind: 'start', afterEventSeq: 1, filler: 'x'.repeat(100_000) })}\n`;
    const count = Math.ceil((RANGE_BYTES_MAX * 1.2) / line.length);
    for (let i = 0; i < count; i++) rig.append(`journal/decisions-${DATE}.jsonl`, line);
    const { sealed } = await rig.sealAll();
    assert.equal(sealed.length, 2);
    assert.ok(sealed.every(({ plainBytes }) => plainBytes <= RANGE_BYTES_MAX && plainBytes % line.length === 0));
    assert.equal(outbox().heads.get('decisions')!.days[0]!.totals.rows, count);
  });

  it('does not go on without knowing how far it was', async () => {
    rig.orders(2);
    await rig.sealAll();
    const heads = rig.path('seal', 'heads');
    const [file] = readdirSync(heads);
    const kept = readFileSync(path.join(heads, file!));
    for (const damage of [() => rmSync(path.join(heads, file!)), () => writeFileSync(path.join(heads, file!), '{}')]) {
      damage();
      await assert.rejects(rig.sealAll(), (error) => error instanceof Failure && error.type === 'SealStateLost');
    }
    writeFileSync(path.join(heads, file!), kept);
    assert.deepEqual((await rig.sealAll()).sealed, []);
    await assert.rejects(
      rig.sealing(() => 0, { broker: 'other' }),
      /SealStateLost|is of broker/,
    );
  });

  it('is done by one process at a time', async () => {
    await rig.sealing(async () => {
      await assert.rejects(rig.sealAll(), (error) => error instanceof Failure && error.type === 'SealBusy');
    });
    await rig.sealAll();
  });

  it('takes nothing for a file of a stream that only looks like one', async () => {
    mkdirSync(rig.path(`capture/dom_ib-ESM5-${DATE}-1.jsonl`));
    mkdirSync(rig.path('journal/.hidden'));
    writeFileSync(rig.path(`journal/.hidden/orders-${DATE}.jsonl`), '{}\n');
    writeFileSync(rig.path('journal/notes.txt'), 'x');
    assert.deepEqual(await rig.sealAll(), { sealed: [], failed: [] });
  });
});
