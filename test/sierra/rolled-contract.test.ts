import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { followSierra } from '../../broker/follow/follow-sierra.js';
import { followPlan } from '../../cli/sierra/follow-options.js';
import { configSchema } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { bridgeStatus } from '../../shared/contract/bridge-status.js';
import { parseSegmentFile } from '../../shared/contract/capture-file.js';
import { rollRecord } from '../../shared/contract/roll-record.js';
import { sierraSymbolOf } from '../../shared/market/sierra/symbol-name.js';
import { JumpingClock } from '../bridge/jumping-clock.js';
import { temporaryFolder } from '../release/release-fixture.js';
import { scidHeader, tickBytes } from './hand-written.js';

const DATES = ['2019-09-11', '2019-09-12', '2019-09-13'] as const;
const at = (date: string) => Date.parse(`${date}T14:00:00Z`);
const TRADES = 20;
const PATIENCE_MS = 30_000;

const ROLL = rollRecord.parse({
  ...{ v: 1, kind: 'rolled', at: '2019-09-11T22:00:00Z', marketTime: '2019-09-11T22:00:00Z', configured: 'ESU9' },
  ...{ from: 'ESU9', to: 'ESZ9', fromLastTradeDate: '2019-09-20', toLastTradeDate: '2019-12-20' },
  ...{ rollDate: DATES[1], firstTradeDate: DATES[1], by: 'rule', reason: 'the rule' },
});

/** A bridge's status, as much as a follower reads of it. */
function statusText(current: string, capturedBeside: readonly string[]): string {
  const time = '2019-09-11T14:00:00.000Z';
  const counts = { eventsSeen: 1, lastEventSeq: 1, decisions: 0, decisionErrors: 0, ordersSent: 0, fills: 0 };
  const status = {
    ...{ v: 1, pid: 1, startedAt: time, wallTime: time, marketTime: time, connection: 'ready', trading: 'no-model' },
    ...{ haltReason: null, modelVersion: null, counter: null, shipId: null, lastEventMarketTime: null, ...counts },
    ...{ positionContracts: 0, decisionLatencyMsP50: 0, decisionLatencyMsP99: 0, instrument: current },
    roll: {
      ...{ current, lastTradeDate: null, next: null, nextLastTradeDate: null, rule: 'calendar', isDue: false },
      ...{
        calendarDaysBeforeExpiry: 8,
        rollDate: null,
        fromMarketTime: null,
        inTheWay: [],
        capturedBeside,
        last: null,
      },
    },
  };
  return JSON.stringify(bridgeStatus.parse(status));
}

describe('a follower of Sierra Chart, over a roll', function () {
  this.timeout(90_000);
  const folder = temporaryFolder();

  it('names each contract as Sierra Chart does', () => {
    const nameOf = (symbol: string, localSymbol: string) => sierraSymbolOf(symbol, localSymbol, 2019);
    assert.equal(nameOf('ES{month}{year}_FUT_CME', 'ESZ9'), 'ESZ9_FUT_CME');
    assert.equal(nameOf('ES{month}{year2}_FUT_CME', 'ESZ9'), 'ESZ19_FUT_CME');
    assert.equal(nameOf('ES{month}{year2}_FUT_CME', 'ESH0'), 'ESH20_FUT_CME', 'the year after');
    assert.equal(nameOf('ES{month}{year2}_FUT_CME', 'ESZ8'), 'ESZ18_FUT_CME', 'the year before');
    assert.equal(nameOf('{contract}-CME', 'ESZ9'), 'ESZ9-CME');
    assert.equal(nameOf('now', 'ESZ9'), 'now');
  });

  it('needs a name for each contract where one follows the other', () => {
    const parse = (symbol: string | null, roll: object | null) =>
      configSchema.safeParse({ instrument: { roll }, sierra: { symbol } });
    const { error } = parse('ESU9_FUT_CME', {});
    assert.deepEqual(
      error?.issues.map((issue) => issue.path.join('.')),
      ['sierra.symbol'],
    );
    for (const [symbol, roll] of [
      ['ESU9_FUT_CME', null],
      [null, {}],
      ['ES{month}{year}', {}],
      ['{contract}_FUT', {}],
    ] as const)
      assert.equal(parse(symbol, roll).success, true, String(symbol));
    assert.equal(parse('ES{month}', {}).success, false, 'a month alone comes again each year');
  });

  it('follows what the bridge trades and captures beside it, each trade once, and ends with the last date of the former', async () => {
    const home = folder();
    const { broker } = homePlaces(home);
    mkdirSync(broker.folder, { recursive: true });
    const config = configSchema.parse({
      home,
      instrument: { localSymbol: 'ESU9', roll: {} },
      sierra: {
        ...{ dataFolder: home, symbol: 'ES{month}{year2}_FUT_CME', priceScale: 0.01, holdSeconds: 0.1, lookMs: 50 },
      },
    });
    const clock = new JumpingClock(new Date(at(DATES[0])).toISOString(), 1);
    const scid = (month: string) => path.join(home, `ES${month}19_FUT_CME.scid`);
    const trade = (months: readonly string[], date: string) => {
      const ticks = Array.from({ length: TRADES }, (_, i) => ({
        us: (at(date) - 60_000 + i * 1000) * 1000,
        price: 290_000,
        size: 1,
      }));
      for (const month of months) appendFileSync(scid(month), Buffer.concat(ticks.map((tick) => tickBytes(tick))));
    };
    const tradesIn = (contract: string) =>
      readdirOrNone(broker.sierra)
        .filter((name) => parseSegmentFile(name, 'sierra')?.instrument === contract)
        .map((name) => readFileSync(path.join(broker.sierra, name), 'utf8').split('"trade"').length - 1)
        .reduce((sum, count) => sum + count, 0);
    const said: string[] = [];
    const until = async (what: string, isSo: () => boolean) => {
      for (const endMs = Date.now() + PATIENCE_MS; !isSo(); await sleep(20))
        assert.ok(Date.now() < endMs, `not so: ${what}; ${said.join('; ')}`);
    };
    const start = () => {
      const stop = new AbortController();
      const running = followSierra(
        broker.sierra,
        followPlan(config, clock, {}, (line) => said.push(line)),
        stop.signal,
      );
      return async () => {
        stop.abort();
        await running;
      };
    };
    for (const month of ['U', 'Z']) writeFileSync(scid(month), scidHeader());
    trade(['U', 'Z'], DATES[0]);

    let stop = start();
    await until('the one that is traded', () => tradesIn('ESU9') === TRADES);
    assert.equal(tradesIn('ESZ9'), 0);
    writeFileSync(broker.status, statusText('ESU9', ['ESZ9']));
    await until('the next one beside it, from the beginning of the trade date', () => tradesIn('ESZ9') === TRADES);

    writeFileSync(broker.rolls, `${JSON.stringify(ROLL)}\n`);
    writeFileSync(broker.status, statusText('ESZ9', ['ESU9']));
    await stop();
    stop = start();
    clock.jumpTo(new Date(at(DATES[1])).toISOString());
    trade(['U', 'Z'], DATES[1]);
    await until('both, on the first date after the roll', () =>
      ['ESU9', 'ESZ9'].every((one) => tradesIn(one) === 2 * TRADES),
    );

    writeFileSync(broker.status, statusText('ESZ9', []));
    clock.jumpTo(new Date(at(DATES[2])).toISOString());
    await until('the former one is at its end', () =>
      said.some((line) => line.startsWith('follows ESU19_FUT_CME no longer')),
    );
    trade(['U', 'Z'], DATES[2]);
    await until('the one that is traded goes on', () => tradesIn('ESZ9') === 3 * TRADES);
    await stop();
    assert.equal(tradesIn('ESU9'), 2 * TRADES);
    const former = readdirSync(broker.sierra).flatMap((name) => {
      const segment = parseSegmentFile(name, 'sierra');
      return segment?.instrument === 'ESU9' ? [segment] : [];
    });
    assert.deepEqual(former.map(({ tradeDate, open }) => [tradeDate, open]).sort(), [
      [DATES[0], false],
      [DATES[1], false],
    ]);
  });
});

function readdirOrNone(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
