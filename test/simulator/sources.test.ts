import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { EventName, OrderAction, OrderType } from '@stoqey/ib';
import { generatorTape } from '../../cli/gateway/generator-tape.js';
import { generateMarket } from '../../research/generator/generate-market.js';
import { configSchema } from '../../shared/config/config.js';
import { type EventBatch, EventKind } from '../../shared/market/events/event-batch.js';
import { openTape, type Tape } from '../../simulator/market/tape.js';
import { Fixture } from './fixture.js';
import { ES_SAMPLE } from './sample.js';
import { ES } from './stoqey-client.js';

const { instrument } = configSchema.parse({});
const MARKET = { seed: 7, instrument, firstTradeDate: '2025-10-01', days: 2, minutesPerDay: 1 };
const CLI = path.resolve('dist/cli/main.js');

/** Every event of one pass, as text. */
async function eventsOf(tape: Tape): Promise<string[]> {
  const events: string[] = [];
  for await (const batch of tape.open()) for (let i = 0; i < batch.length; i++) events.push(textOf(batch, i));
  return events;
}

function textOf(batch: EventBatch, i: number): string {
  const { kind, operation, side, position, priceTicks, size, last } = batch;
  const time = batch.baseNs + BigInt(batch.tsRecvNs[i]!);
  return [time, ...[kind, operation, side, position, priceTicks, size, last].map((column) => column[i])].join(' ');
}

describe('what a gateway plays', () => {
  let folder: string;
  let fixture: Fixture;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-sources-'));
    fixture = new Fixture();
  });
  afterEach(async () => {
    await fixture.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('straight from the generator is what the generator writes, pass after pass, and says that it is SYNTHETIC', async () => {
    const tape = generatorTape(MARKET);
    assert.equal(tape.synthetic, true);
    const { depthFiles } = await generateMarket({ ...MARKET, folder, barDays: 22, signalStrength: 1 });
    const written = (await Promise.all(depthFiles.map(async (file) => eventsOf(await openTape(file))))).flat();
    const played = await eventsOf(tape);
    const isReset = (event: string) => event.split(' ')[1] === String(EventKind.reset);
    assert.equal(played.filter(isReset).length, 1, 'the book is emptied between the days');
    assert.deepEqual(
      played.filter((event) => !isReset(event)),
      written,
    );
    assert.deepEqual(await eventsOf(tape), played);
    assert.notDeepEqual(await eventsOf(generatorTape({ ...MARKET, seed: 8 })), played);
  });

  it('straight from the generator has a past: bars before the first event', async () => {
    const gateway = await fixture.gateway({ data: generatorTape(MARKET) });
    await gateway.step(100);
    const client = await fixture.stoqey(gateway);
    const contract = { symbol: 'ES', localSymbol: 'ESZ5', secType: 'FUT', exchange: 'CME', currency: 'USD' } as never;
    client.api.reqHistoricalData(3, contract, '', '5 D', '5 mins' as never, 'TRADES', 1, 2, false);
    await client.settle();
    const bars = client.of(EventName.historicalData).filter(([, date]) => !String(date).startsWith('finished'));
    assert.ok(bars.length > 200, `${bars.length} bars`);
  });

  it('is several contracts where several are given, each with its own book, orders and position', async () => {
    const nasdaq = { ...instrument, localSymbol: 'NQU9', symbol: 'NQ', multiplier: 20 };
    const second = generatorTape({ ...MARKET, instrument: nasdaq, firstTradeDate: '2019-08-29', days: 1 });
    const gateway = await fixture.gateway({ data: [ES_SAMPLE, second], settings: { startCash: 1e7 } });
    assert.deepEqual(
      gateway.contracts.map(({ localSymbol }) => localSymbol),
      ['ESU9', 'NQU9'],
    );
    const client = await fixture.stoqey(gateway);
    const NQ = { ...ES, symbol: 'NQ', localSymbol: 'NQU9' };
    for (const [reqId, contract] of [
      [1, ES],
      [2, NQ],
    ] as const)
      client.api.reqMktDepth(reqId, contract, 10, false);
    await client.settle();
    await gateway.step(200);
    await client.settle();
    const prices = (reqId: number) =>
      client
        .of(EventName.updateMktDepth)
        .flatMap(([id, , operation, , price]) => (id === reqId && operation !== 2 ? [Number(price)] : []));
    assert.ok(prices(1).every((price) => price < 3000) && prices(1).length > 100);
    assert.ok(prices(2).every((price) => price > 4000) && prices(2).length > 100);
    const buy = { action: OrderAction.BUY, orderType: OrderType.MKT, transmit: true };
    client.api.placeOrder(1, ES, { ...buy, totalQuantity: 1 });
    client.api.placeOrder(2, NQ, { ...buy, totalQuantity: 2 });
    await client.settle();
    const positions = [...gateway.ledger.accounts.get('DU1000001')!.positions.values()];
    assert.deepEqual(
      positions.map(({ contract, quantity }) => [contract.localSymbol, quantity]),
      [
        ['ESU9', 1],
        ['NQU9', 2],
      ],
    );
  });

  it('is no contract twice', async () => {
    await assert.rejects(fixture.gateway({ data: [ES_SAMPLE, ES_SAMPLE] }), { type: 'ContractTwice' });
  });

  it('from the store, or from the generator, by command', async () => {
    const { depthFiles } = await generateMarket({ ...MARKET, folder, days: 1, barDays: 1, signalStrength: 1 });
    const store = path.join(folder, 'store');
    execFileSync(process.execPath, [CLI, 'store', 'import', ...depthFiles, '--store', store], { stdio: 'ignore' });
    for (const source of [
      ['--from-store', '--store', store, '--instrument', 'ESZ5', '--date', '2025-10-01'],
      ['--generator', '7', '--minutes', '1'],
    ]) {
      const args = [CLI, 'gateway', ...source, '--port', '0', '--json'];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      try {
        const { value } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
        const { instrument, synthetic } = JSON.parse(value) as Record<string, unknown>;
        assert.deepEqual([instrument, synthetic], ['ESZ5', true], source[0]);
      } finally {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
    }
  });
});
