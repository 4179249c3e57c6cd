import { calendarOfInstrument } from '../../shared/market/calendar/product-calendars.js';
import type { SessionCalendar } from '../../shared/market/calendar/session-calendar.js';
import type { FutureContract } from '../contracts/contract.js';
import { priceOf } from '../contracts/contract.js';
import { isInRegularHours } from '../contracts/trading-hours.js';
import { contractFor } from '../gateway-core.js';
import { BASE_BAR_MS, type Bar, type BarHistory, floorTo } from '../market/bars.js';
import type { Session } from '../session.js';
import { decimal } from '../wire/decimal.js';
import type { RequestOf } from '../wire/decode-request.js';
import type { Field } from '../wire/frame.js';
import { formatTime } from '../wire/gateway-time.js';
import type { Handlers } from './handlers.js';

const SECOND_MS = 1000;
const DAY_MS = 86_400_000;
const BAR_SIZE_MS = new Map<string, number>([
  ...[5, 10, 15, 30].map((n): [string, number] => [`${n} secs`, n * SECOND_MS]),
  ['1 min', 60_000],
  ...[2, 3, 5, 10, 15, 20, 30].map((n): [string, number] => [`${n} mins`, n * 60_000]),
  ['1 hour', 3_600_000],
  ...[2, 3, 4, 8].map((n): [string, number] => [`${n} hours`, n * 3_600_000]),
  ['1 day', DAY_MS],
]);
const DURATION_UNIT_MS: Record<string, number> = {
  S: SECOND_MS,
  D: DAY_MS,
  W: 7 * DAY_MS,
  M: 30 * DAY_MS,
  Y: 365 * DAY_MS,
};

export const historyRequests: Handlers<
  | 'reqHistoricalData'
  | 'cancelHistoricalData'
  | 'reqRealTimeBars'
  | 'cancelRealTimeBars'
  | 'reqHeadTimestamp'
  | 'cancelHeadTimestamp'
> = {
  reqHistoricalData(core, session, request) {
    const { reqId } = request;
    if (session.subscriptions.has(reqId))
      return session.error(reqId, 322, "Error processing request:-'bN' : cause - Duplicate ticker id");
    const contract = contractFor(core, session, reqId, request.contract);
    if (!contract) return;
    if (!core.admitsHistory())
      return session.error(
        reqId,
        162,
        'Historical Market Data Service error message:Historical data request pacing violation',
      );
    const history = core.history.get(contract.conId);
    const asked = history && spanOf(request, history);
    if (typeof asked === 'string') return session.error(reqId, 321, `Error validating request: ${asked}`);
    const bars = asked
      ? barsOf(history, asked, request.useRth ? calendarOfInstrument(contract.localSymbol) : null)
      : [];
    if (!history || !asked || (bars.length === 0 && !request.keepUpToDate))
      return session.error(
        reqId,
        162,
        `Historical Market Data Service error message:HMDS query returned no data: ${contract.localSymbol}@${contract.product.exchange} ${request.whatToShow}`,
      );
    const time = (ms: number) => timeOf(ms, request.formatDate, asked.sizeMs);
    session.send([
      17,
      reqId,
      formatTime(asked.fromMs),
      formatTime(asked.toMs),
      bars.length,
      ...bars.flatMap((bar) => barFields(contract, bar, time)),
    ]);
    if (request.keepUpToDate) keepUpToDate(session, reqId, contract, history, asked.sizeMs, time);
  },
  cancelHistoricalData(_core, session, { reqId }) {
    if (!session.unsubscribe(reqId, 'historical'))
      session.error(reqId, 366, `No historical data query found for ticker id:${reqId}`);
  },
  reqRealTimeBars(core, session, { reqId, contract }) {
    if (session.subscriptions.has(reqId))
      return session.error(reqId, 322, "Error processing request:-'bN' : cause - Duplicate ticker id");
    const found = contractFor(core, session, reqId, contract);
    if (!found) return;
    const history = core.history.get(found.conId);
    if (!history) return session.error(reqId, 354, 'Requested market data is not subscribed.');
    let open: Bar | undefined;
    const stop = history.listen((bar) => {
      if (open && open !== bar) session.sendData(realTimeBar(found, reqId, open));
      open = bar;
    });
    session.subscriptions.set(reqId, { kind: 'realTimeBars', stop });
    core.onSubscribed();
  },
  cancelRealTimeBars(_core, session, { reqId }) {
    if (!session.unsubscribe(reqId, 'realTimeBars')) session.error(reqId, 300, `Can't find EId with tickerId:${reqId}`);
  },
  reqHeadTimestamp(core, session, { reqId, contract }) {
    const found = contractFor(core, session, reqId, contract);
    if (!found) return;
    const firstMs = core.history.get(found.conId)?.firstMs;
    if (firstMs === undefined)
      return session.error(reqId, 162, 'Historical Market Data Service error message:No head time stamp');
    session.send([88, reqId, formatTime(firstMs)]);
  },
  cancelHeadTimestamp() {},
};

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  readonly sizeMs: number;
}

/** The time span asked for, or what is wrong with the request. Without an end it reaches to the newest bar. */
function spanOf(request: RequestOf<'reqHistoricalData'>, history: BarHistory): Span | string {
  const sizeMs = BAR_SIZE_MS.get(request.barSize);
  if (sizeMs === undefined) return `bar size '${request.barSize.slice(0, 20)}' does not exist`;
  const duration = /^(\d{1,6}) ([SDWMY])$/.exec(request.duration.trim());
  if (!duration) return `duration '${request.duration.slice(0, 20)}' is not a number and one of S D W M Y`;
  if (request.whatToShow !== 'TRADES')
    return `what to show '${request.whatToShow.slice(0, 20)}' is not simulated, only TRADES`;
  const endMs = request.endDateTime === '' ? history.lastMs : parseEnd(request.endDateTime);
  if (endMs === undefined)
    return request.endDateTime === ''
      ? { fromMs: 0, toMs: 0, sizeMs }
      : `end time '${request.endDateTime.slice(0, 30)}' is not yyyymmdd hh:mm:ss`;
  const lengthMs = Number(duration[1]) * DURATION_UNIT_MS[duration[2]!]!;
  return { fromMs: floorTo(endMs - lengthMs, sizeMs), toMs: endMs, sizeMs };
}

/** `yyyymmdd[ -]hh:mm:ss[ zone]`; the zone is taken to be the gateway's, UTC. */
function parseEnd(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)(?:[ -](\d\d):(\d\d):(\d\d))?/.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map((part) => Number(part ?? 0)) as number[];
  return Date.UTC(year!, month! - 1, day!, hour!, minute!, second!);
}

/** @param hours of the product where only bars of regular hours are asked for; null for all */
function barsOf(history: BarHistory, { fromMs, toMs, sizeMs }: Span, hours: SessionCalendar | null): Bar[] {
  const bars = history.between(fromMs, toMs, sizeMs);
  return hours && sizeMs < DAY_MS ? bars.filter((bar) => isInRegularHours(bar.startMs, hours)) : bars;
}

function timeOf(ms: number, formatDate: number, sizeMs: number): string {
  if (formatDate === 2) return String(Math.floor(ms / SECOND_MS));
  return sizeMs >= DAY_MS ? formatTime(ms).slice(0, 8) : formatTime(ms);
}

function barFields(contract: FutureContract, bar: Bar, time: (ms: number) => string): Field[] {
  const price = (ticks: number) => decimal(priceOf(contract, ticks));
  const average = bar.volume > 0 ? bar.turnover / bar.volume : bar.close;
  return [
    time(bar.startMs),
    price(bar.open),
    price(bar.high),
    price(bar.low),
    price(bar.close),
    bar.volume,
    price(average),
    bar.trades,
  ];
}

function realTimeBar(contract: FutureContract, reqId: number, bar: Bar): Field[] {
  const [, ...values] = barFields(contract, bar, String);
  return [50, 3, reqId, Math.floor(bar.startMs / SECOND_MS), ...values];
}

function keepUpToDate(
  session: Session,
  reqId: number,
  contract: FutureContract,
  history: BarHistory,
  sizeMs: number,
  time: (ms: number) => string,
): void {
  const stop = history.listen((base) => {
    const startMs = floorTo(base.startMs, sizeMs);
    const bar = history.between(startMs, base.startMs + BASE_BAR_MS, sizeMs).at(-1);
    if (!bar) return;
    const [date, open, high, low, close, volume, average, count] = barFields(contract, bar, time);
    session.sendData([90, reqId, count, date, open, close, high, low, average, volume]);
  });
  session.subscriptions.set(reqId, { kind: 'historical', stop });
}
