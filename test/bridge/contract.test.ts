import assert from 'node:assert/strict';
import { readLiquidHours } from '../../bridge/connection/liquid-hours.js';
import { MarketHours } from '../../bridge/market-hours.js';
import { configSchema } from '../../shared/config/config.js';
import { Failure } from '../../shared/failure.js';
import { calendarOf, PRODUCTS_WITH_CALENDAR } from '../../shared/market/calendar/product-calendars.js';
import type { ClockSpec } from '../../shared/market/clock/market-clock.js';
import { ACCOUNT, clockInSession, Rig } from './rig.js';

const ms = (iso: string) => Date.parse(iso);

describe('the contract', () => {
  let rig: Rig | undefined;
  afterEach(async () => {
    await rig?.end();
    rig = undefined;
  });
  const alarm = (name: string) => rig!.until(name, ({ alarms }) => alarms?.some((one) => one.alarm === name) === true);
  const hold = (contracts: number) => {
    const { contract, ledger } = rig!.gateway;
    const account = ledger.accounts.get(ACCOUNT)!;
    account.positions.set(contract.conId, { contract, quantity: contracts, averageCost: 1 });
  };
  const onDay = (firstTradeDate: string) => ({ ...clockInSession(), firstTradeDate }) as ClockSpec;

  it('opens nothing from the trade date before its last one, in market time, and a position then is an alarm', async () => {
    rig = await Rig.start({ clock: onDay('2019-09-19') });
    hold(1);
    rig.halt();
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    const { decisions } = await alarm('ContractExpiring');
    rig.release();
    await rig.until('flat', ({ positionContracts }) => positionContracts === 0);
    await rig.until('decisions', (status) => status.decisions > decisions + 30);
    const orders = [...rig.gateway.ledger.orders.values()];
    assert.ok(orders.length > 0 && orders.every(({ side }) => side === 'SELL'), 'it was only closed');
    assert.equal(rig.status()?.positionContracts, 0);
    await rig.until('over', ({ alarms }) => alarms?.length === 0);
  });

  it('is opened until then', async () => {
    rig = await Rig.start({ clock: onDay('2019-09-18') });
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    await rig.until('fills', ({ fills }) => fills > 0);
  });

  it('is not opened from first notice on, where that is earlier', async () => {
    rig = await Rig.start({
      clock: onDay('2019-09-18'),
      config: { instrument: { localSymbol: 'ESU9', firstNoticeDate: '2019-09-19' } },
    });
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    await rig.until('decisions', ({ decisions }) => decisions > 30);
    assert.equal(rig.gateway.ledger.orders.size, 0);
  });

  it('is closed before an early close that only the gateway knows of, with an alarm', async () => {
    const liquidHours = '20190828:CLOSED;20190829:1330-20190829:1335;20190830:1330-20190830:2000';
    rig = await Rig.start({
      clock: clockInSession(20, 400_000),
      gateway: { settings: { liquidHours } },
    });
    hold(1);
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    const { alarms } = await alarm('CalendarDiffers');
    assert.match(alarms!.find((one) => one.alarm === 'CalendarDiffers')!.detail, /2019-08-29.*13:35.*20:00/);
    await rig.until('flat', ({ positionContracts }) => positionContracts === 0);
    const orders = [...rig.gateway.ledger.orders.values()];
    assert.deepEqual(
      orders.map(({ terms }) => terms.type),
      ['MKT'],
    );
  });

  it('is not traded where the hours of its product are not known', async () => {
    rig = await Rig.start();
    await assert.rejects(
      rig.startBridge({ instrument: { symbol: 'CL', localSymbol: 'CLV9', exchange: 'NYMEX' } }),
      (error: unknown) => error instanceof Failure && error.type === 'NoCalendar' && error.fix!.includes('ES, NQ'),
    );
  });
});

describe('market hours', () => {
  const hours = (settings = { firstNoticeDate: null as string | null, daysBeforeExpiry: 1, roll: null }) =>
    new MarketHours(calendarOf('ES'), settings);
  const LISTED = { lastTradeDate: '2025-12-19', regularHours: new Map() };

  it('let nothing be opened so many trade dates before the end, holidays and weekends left out', () => {
    const from = (daysBeforeExpiry: number, lastTradeDate: string | null, firstNoticeDate: string | null = null) => {
      const one = hours({ firstNoticeDate, daysBeforeExpiry, roll: null });
      one.learn({ ...LISTED, lastTradeDate });
      return Number.isNaN(one.lastOpenMs) ? null : new Date(one.lastOpenMs).toISOString();
    };
    assert.equal(from(0, '2025-12-19'), '2025-12-18T23:00:00.000Z');
    assert.equal(from(1, '2025-12-19'), '2025-12-17T23:00:00.000Z');
    assert.equal(from(1, '2025-12-22'), '2025-12-18T23:00:00.000Z', 'Monday: Friday is the date before');
    assert.equal(from(1, '2025-12-26'), '2025-12-23T23:00:00.000Z', 'Christmas is no trade date');
    assert.equal(from(1, '2025-12-19', '2025-12-10'), '2025-12-08T23:00:00.000Z');
    assert.equal(from(1, '2025-12-19', '2026-01-05'), '2025-12-17T23:00:00.000Z');
    assert.equal(from(1, null), null, 'not known: nothing is ever opened');
  });

  it('never let a contract be opened that is delivered and whose first notice day nobody has said', () => {
    const delivered = new MarketHours(
      { ...calendarOf('ES'), settlement: 'delivery' },
      { firstNoticeDate: null, daysBeforeExpiry: 1, roll: null },
    );
    delivered.learn(LISTED);
    assert.ok(Number.isNaN(delivered.lastOpenMs));
  });

  it('are read from contract details in their time zone, in either form', () => {
    const newer = readLiquidHours(
      '20240729:0830-20240729:1320;20240730:CLOSED;;20240731:0830-20240731:1320',
      'US/Central',
    );
    assert.deepEqual([...newer.keys()], ['2024-07-29', '2024-07-30', '2024-07-31']);
    assert.deepEqual(newer.get('2024-07-29'), { openMs: ms('2024-07-29T13:30Z'), closeMs: ms('2024-07-29T18:20Z') });
    assert.equal(newer.get('2024-07-30'), null);
    const older = readLiquidHours('20240115:0830-1515,1530-1600', 'America/Chicago');
    assert.deepEqual(older.get('2024-01-15'), { openMs: ms('2024-01-15T14:30Z'), closeMs: ms('2024-01-15T21:15Z') });
    assert.equal(readLiquidHours('20240115:0830-1515', 'Atlantis').size, 0);
    assert.equal(readLiquidHours('nothing', 'UTC').size, 0);
  });

  it('take the earlier close of calendar and gateway, and call only what is not usual a difference', () => {
    const one = hours();
    const nowMs = ms('2025-12-15T16:00Z');
    const closeMs = ms('2025-12-15T21:00Z');
    const at = (offsetMinutes: number | null) => {
      const close = offsetMinutes === null ? null : { openMs: 0, closeMs: closeMs + offsetMinutes * 60_000 };
      one.learn({ ...LISTED, regularHours: new Map([['2025-12-15', close]]) });
      return [(one.rthCloseMs(nowMs) - closeMs) / 60_000, one.differenceAt(nowMs) !== null];
    };
    assert.deepEqual(at(0), [0, false]);
    assert.deepEqual(at(15), [0, false]);
    assert.deepEqual(at(60), [0, false]);
    assert.deepEqual(at(180), [0, true], 'our calendar has a half day where the gateway has none');
    assert.deepEqual(at(-180), [-180, true]);
    assert.deepEqual(at(null), [-390, true], 'closed');
    one.learn(LISTED);
    assert.deepEqual([one.rthCloseMs(nowMs), one.differenceAt(nowMs)], [closeMs, null], 'the gateway does not say');
  });

  it('are known for the index futures and refused for all else', () => {
    for (const symbol of ['ES', 'NQ', 'RTY', 'YM', 'MES', 'MNQ', 'M2K', 'MYM'])
      assert.ok(PRODUCTS_WITH_CALENDAR.includes(symbol));
    for (const symbol of ['CL', 'GC', 'ZN', 'EUR', 'es', 'toString', ''])
      assert.throws(
        () => calendarOf(symbol),
        (error: unknown) => error instanceof Failure && error.type === 'NoCalendar',
      );
  });
});

describe('the currency', () => {
  let rig: Rig;
  afterEach(() => rig?.end());

  it('of the account is the one of the loss limit, or nothing is traded until a connection fits', async () => {
    rig = await Rig.start({ gateway: { settings: { accountCurrency: 'EUR' } } });
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    const { halts, alarms } = await rig.until('decisions', ({ up, decisions }) => up === true && decisions > 20);
    assert.match(halts!['account-currency']!, /base currency of DU1000001 is EUR.*USD/);
    assert.ok(alarms?.some((one) => one.alarm === 'AccountCurrency'));
    assert.equal(rig.gateway.ledger.orders.size, 0);
    const { port } = rig.gateway;
    await rig.gateway.stop();
    await rig.startGateway(port, { accountCurrency: 'USD' });
    await rig.until('fills', ({ fills }) => fills > 0);
  });

  it('of a commission is the one of the loss limit, or trading halts', async () => {
    rig = await Rig.start();
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    await rig.until('fills', ({ fills }) => fills > 2);
    const fill = rig.journal().find((line) => line.kind === 'fill');
    const commission = (execId: string) =>
      rig.gateway.inject({ do: 'message', fields: [59, 1, execId, 2.25, 'EUR', 0, 0, ''] });
    commission('another.hand.01');
    commission(fill?.kind === 'fill' ? fill.execId : '');
    const { halts } = await rig.until('halted', (status) => status.halts?.['account-currency'] !== undefined);
    assert.match(halts!['account-currency']!, new RegExp(`${fill?.kind === 'fill' && fill.execId}.*EUR`));
  });

  it('of the contract can be no other in the configuration', () => {
    assert.throws(() => configSchema.parse({ instrument: { currency: 'EUR' } }), /risk\.maxDailyLossUsd/);
  });
});
