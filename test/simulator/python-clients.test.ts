import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pythonWith } from '../../setup/python-environment.js';
import { Fixture } from './fixture.js';
import { ES_SAMPLE, readSample, SpliceBook } from './sample.js';

const PYTHON = fileURLToPath(new URL('./python/', import.meta.url));
const SCRIPT_LIMIT_MS = 180_000;
const sample = readSample();
const book = new SpliceBook(10);
for (const operation of sample.depth) book.apply(operation);
/** Best ask after the sample's last event. */
const [askPrice, askSize] = book.sides[0][0]!;
const WHOLE_DEPTH = { received: sample.depth.length, differences: 0, booksAgree: true };

describe('independent Python clients', function () {
  this.timeout(15 * 60_000);
  const fixture = new Fixture();
  afterEach(() => fixture.close());

  async function run(requirements: string, script: string, args: readonly string[]) {
    const python = await pythonWith(path.join(PYTHON, requirements));
    const { stdout } = await promisify(execFile)(python, [path.join(PYTHON, script), ...args], {
      timeout: SCRIPT_LIMIT_MS,
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    });
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  async function drive(requirements: string, script: string) {
    const gateway = await fixture.gateway({
      speed: 'max',
      begin: 'on-subscription',
      now: Date.now,
      settings: { startCash: 1e8 },
    });
    const said = await run(requirements, script, [String(gateway.port), ES_SAMPLE]);
    const account = gateway.ledger.accounts.get('DU1000001')!;
    assert.equal([...account.positions.values()][0]!.quantity, askSize, 'the gateway agrees about the position');
    assert.deepEqual(gateway.ledger.live(), [], 'nothing is left working');
    return said;
  }

  it("lets NautilusTrader's own adapter load the contract, hear quotes and trades, fill and cancel", async () => {
    const gateway = await fixture.gateway({ speed: 20, loop: true, now: Date.now });
    const said = await run('nautilus_trader.requirements.txt', 'nautilus_trader_client.py', [String(gateway.port)]);
    assert.deepEqual(said, {
      instrument: ['ESU9', 0.25, 50],
      spread: true,
      heard: { quotes: true, trades: true },
      market: ['FILLED', 2],
      limit: 'CANCELED',
      position: 2,
    });
    assert.equal([...gateway.ledger.accounts.get('DU1000001')!.positions.values()][0]!.quantity, 2);
    assert.deepEqual(gateway.ledger.live(), []);
  });

  it('lets ib_async connect, see the whole depth, fill in part, cancel, reconcile and reconnect', async () => {
    assert.deepEqual(await drive('ib_async.requirements.txt', 'ib_async_client.py'), {
      serverVersion: 178,
      contract: ['ESU9', 0.25, '50'],
      depth: WHOLE_DEPTH,
      partial: ['Submitted', askSize, 5, askPrice],
      cancelled: ['Cancelled', askSize],
      executions: [[askSize, 'partial']],
      whatIf: [32_000, 4.5],
      bars: 1,
      reconnected: {
        executions: [[askSize, 'partial']],
        positions: [askSize],
        openOrders: 0,
        snapshotAgrees: true,
        idsGoOn: true,
      },
    });
  });

  for (const [requirements, version] of [
    ['ibapi.requirements.txt', 157],
    ['nautilus_ibapi.requirements.txt', 178],
  ] as const)
    it(`lets ${path.basename(requirements, '.requirements.txt')} do the same in dialect ${version}`, async () => {
      const state = { executions: [[askSize, askPrice, 'partial']], positions: [askSize] };
      assert.deepEqual(await drive(requirements, 'ibapi_client.py'), {
        serverVersion: version,
        contract: ['ESU9', 0.25, '50'],
        depth: WHOLE_DEPTH,
        partial: ['Submitted', askSize, 5],
        cancelled: ['Cancelled', askSize, 5],
        commissionsJoin: true,
        state,
        reconnected: { nextId: 1, snapshotAgrees: true, state },
      });
    });
});
