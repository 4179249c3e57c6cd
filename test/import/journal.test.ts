import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { StoreRig } from '../store/store-rig.js';

const REF = '8b0f4f3e-6a3c-4a53-9d3b-2f6f6a5f0b11';
const at = { marketTime: '2024-07-02T14:30:00.250Z', wallTime: '2024-07-02T14:30:00.251Z' };
const LINES = [
  {
    ...{ v: 1, n: 1, kind: 'carry', tradeDate: '2024-07-02', positionContracts: 0, markPrice: null },
    ...{ highestOrderId: 6, executions: [], haltReasons: {}, ...at },
  },
  {
    v: 1,
    n: 2,
    kind: 'intent',
    orderRef: REF,
    orderId: 7,
    side: 'BUY',
    contracts: 2,
    orderType: 'LMT',
    limitPrice: 5528.25,
    purpose: 'decision',
    modelVersion: 3,
    eventSeq: 9_007_199_254_740_991,
    ...at,
  },
  {
    v: 1,
    n: 3,
    kind: 'status',
    orderRef: REF,
    permId: 1_234_567_890_123,
    status: 'Submitted',
    filled: 0,
    remaining: 2,
    ...at,
  },
  {
    v: 1,
    n: 4,
    kind: 'fill',
    execId: '0000e1a7.65.01',
    orderRef: REF,
    permId: 1_234_567_890_123,
    side: 'BUY',
    contracts: 2,
    price: 5528.25,
    executedAt: '20240702 09:30:00',
    corrects: null,
    ...at,
  },
  { v: 1, n: 5, kind: 'commission', execId: '0000e1a7.65.01', amount: 4.5, currency: 'USD', realizedPnl: null, ...at },
];

describe('journals of the bridge', () => {
  const rig = new StoreRig();

  it('become orders and fills, and every line is kept whole or in columns', async () => {
    const file = path.join(rig.folder, 'orders-2024-07-02.jsonl');
    writeFileSync(file, LINES.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const { record } = await rig.import(file);
    assert.deepEqual(record.read, { orders: 3, fills: 2 });
    assert.ok(record.shards.every(({ tradeDate }) => tradeDate === '2024-07-02'));
    const orders = await rig.rows({ dataset: 'orders' });
    assert.deepEqual(
      orders.map(({ body }) => JSON.parse(body as string)),
      LINES.slice(0, 3),
    );
    const { kind, ts_event, price, size, event_seq, model_version } = orders[1]!;
    assert.deepEqual(
      { kind, ts_event, price, size, event_seq, model_version },
      {
        kind: 'intent',
        ts_event: BigInt(Date.parse(at.marketTime)) * 1_000_000n,
        price: 5528.25,
        size: 2,
        event_seq: 9_007_199_254_740_991n,
        model_version: 3n,
      },
    );
    const fills = await rig.rows({ dataset: 'fills' }, 'kind, exec_id, perm_id, price, size, commission, currency');
    assert.deepEqual(fills, [
      {
        kind: 'fill',
        exec_id: '0000e1a7.65.01',
        perm_id: 1_234_567_890_123n,
        price: 5528.25,
        size: 2,
        commission: null,
        currency: null,
      },
      {
        kind: 'commission',
        exec_id: '0000e1a7.65.01',
        perm_id: null,
        price: null,
        size: null,
        commission: 4.5,
        currency: 'USD',
      },
    ]);
  });

  it('are read as the bridge writes them: what its own next start would refuse is refused', async () => {
    const file = path.join(rig.folder, 'orders-2024-07-03.jsonl');
    const { highestOrderId: _, ...carry } = LINES[0] as Record<string, unknown>;
    writeFileSync(file, `${JSON.stringify(carry)}\n`);
    await assert.rejects(rig.import(file), /line 1\): highestOrderId: /);
  });

  it('keep a moment to the nanosecond, and refuse a finer one, numbers of things that are none, and what is no UTF-8', async () => {
    const [, intent, status] = LINES as unknown as [object, Record<string, unknown>, Record<string, unknown>];
    const fine = { ...intent, marketTime: '2024-07-02T14:30:00.250000001Z' };
    await rig.importAs('fine.jsonl', `${JSON.stringify(fine)}\n`);
    assert.deepEqual(await rig.rows({ dataset: 'orders' }, 'ts_event'), [{ ts_event: 1_719_930_600_250_000_001n }]);
    for (const [change, said] of [
      [
        { marketTime: '2024-07-02T14:30:00.2500000001Z' },
        /marketTime: "2024-07-02T14:30:00.2500000001Z" is no UTC time/,
      ],
      [{ marketTime: '2024-06-31T14:30:00Z' }, /marketTime: /],
      [{ orderId: 7.5 }, /orderId: /],
      [{ ...status, permId: 2 ** 53 }, /permId: /],
      [{ eventSeq: 1e300 }, /eventSeq: /],
      [{ modelVersion: 0.1 }, /modelVersion: /],
      [{ kind: 'warning', code: 1e22, text: '' }, /code: /],
    ] as const)
      await assert.rejects(
        rig.importAs('odd.jsonl', `${JSON.stringify(intent)}\n${JSON.stringify({ ...intent, ...change })}\n`),
        said,
      );
    const latin1 = Buffer.from(
      `${JSON.stringify(intent)}\n${JSON.stringify({ ...intent, reason: 'zur\u00fcck' })}\n`,
      'latin1',
    );
    await assert.rejects(rig.importAs('latin1.jsonl', latin1), /line 2\): is not UTF-8 text/);
  });

  it('name the line and the field that is wrong', async () => {
    const file = path.join(rig.folder, 'fills.jsonl');
    const broken = { ...LINES[3]!, n: 0 };
    writeFileSync(file, `${JSON.stringify(LINES[3])}\n${JSON.stringify(broken)}\n`);
    await assert.rejects(rig.import(file), /line 2\): n: /);
  });
});
