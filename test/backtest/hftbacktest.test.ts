import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { writeLevelRows } from '../../bench/replay/level-rows.js';
import { loadTape } from '../../bench/replay/load-tape.js';
import { MAKER, makeMarket } from '../../bench/replay/quote-both-sides.js';
import { reconcileFills } from '../../bench/replay/reconcile-fills.js';
import type { QueueSpec } from '../../research/backtest/queue-model.js';
import { pythonWith } from '../../setup/python-environment.js';
import { ES_SAMPLE } from '../market/sample-file.js';
import { Days } from './days.js';

const run = promisify(execFile);
const peerFile = (name: string) => fileURLToPath(new URL(`../../bench/peers/hftbacktest_peer${name}`, import.meta.url));

/** Queue models by the names that the peer takes. */
const QUEUES: readonly [QueueSpec, string][] = [
  [{ kind: 'none' }, 'none'],
  [{ kind: 'power', n: 3 }, 'power:3'],
  [{ kind: 'power3', n: 1 }, 'power3:1'],
];

describe('the fills of a market maker', function () {
  this.timeout(600_000);
  let days: Days;
  let python: string;
  before(async () => {
    days = await Days.make(1, 10);
    python = await pythonWith(peerFile('.requirements.txt'));
  });
  after(() => days.remove());

  for (const [market, file] of [
    ['the real ES sample', () => ES_SAMPLE],
    ['a SYNTHETIC day', () => days.files[0]!],
  ] as const)
    it(`are those of hftbacktest, one by one, for each queue model, on ${market}`, async () => {
      const tape = await loadTape(file());
      const rows = path.join(days.folder, 'rows.bin');
      writeLevelRows(tape.batches, tape.tickSize, MAKER.feedNs, rows);
      const fillsOf = (name: string) => path.join(days.folder, `${name.replace(':', '-')}.bin`);
      const queues = QUEUES.flatMap(([, name]) => [name, fillsOf(name)]);
      const { stdout } = await run(python, [
        peerFile('.py'),
        'make',
        rows,
        String(tape.tickSize),
        '0',
        '10000',
        ...queues,
      ]);
      const peer = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { orders: number });
      for (const [i, [spec, name]] of QUEUES.entries()) {
        const { fills, orders } = makeMarket(tape, spec);
        const { compared, different, first } = reconcileFills(fills, fillsOf(name));
        assert.deepEqual({ different, first, orders }, { different: 0, first: null, orders: peer[i]!.orders }, name);
        assert.ok(compared >= 40, `${compared} fills`);
      }
    });
});
