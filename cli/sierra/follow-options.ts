import path from 'node:path';
import type { FollowPlan } from '../../broker/follow/follow-sierra.js';
import type { FollowOptions } from '../../broker/follow/symbol-follower.js';
import { type Config, followedFolder, isSyntheticMarket } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { UsageFailure } from '../../shared/failure.js';
import { calendarOf } from '../../shared/market/calendar/product-calendars.js';
import type { MarketClock } from '../../shared/market/clock/market-clock.js';
import { TradeDateHours } from '../../shared/market/clock/trade-date-hours.js';
import { namesEveryContract } from '../../shared/market/sierra/symbol-name.js';
import { followedContracts } from './followed-contracts.js';

const MIB = 2 ** 20;
/** After the end of a trade date Sierra Chart may write for so long, besides what events are held. */
const SETTLE_MS = 3000;

export interface FollowFlags {
  readonly dataFolder?: string | undefined;
  readonly symbol?: string | undefined;
  /** ms since the epoch; default: the beginning of the present trade date. */
  readonly sinceMs?: number | undefined;
}

/** What a home says of following Sierra Chart. @throws UsageFailure where it names no data folder, or no name for each contract */
export function followPlan(
  config: Config,
  clock: MarketClock,
  flags: FollowFlags,
  log: (line: string) => void,
): FollowPlan {
  if (config.instrument.roll !== null && flags.symbol !== undefined && !namesEveryContract(flags.symbol))
    throw new UsageFailure(
      `--symbol ${flags.symbol} names one contract, and the settings have a rule by which another follows`,
      'name each: ES{month}{year2}_FUT_CME',
    );
  const { sierra, instrument, bridge, home } = config;
  const { broker } = homePlaces(home);
  const dataFolder = flags.dataFolder ?? followedFolder(config);
  if (dataFolder === null)
    throw new UsageFailure(
      'nothing says where Sierra Chart keeps its data',
      'set sierra.dataFolder, or give --data-folder; where it is: docs/sierra.md',
    );
  const calendar = calendarOf(instrument.symbol);
  const hours = new TradeDateHours(instrument.symbol, () => clock);
  const header = {
    ...{ kind: 'header' as const, v: 1 as const, source: 'sierra' },
    ...{ exchange: instrument.exchange, tickSize: instrument.tickSize, multiplier: instrument.multiplier, levels: 10 },
    ...(isSyntheticMarket(config) && dataFolder === homePlaces(home).gateway.sierra ? { synthetic: true } : {}),
  };
  const loopOf: FollowPlan['loopOf'] = ({ symbol, localSymbol }) => ({
    options: {
      ...{
        symbol,
        dataFolder: path.resolve(dataFolder),
        priceScale: sierra.priceScale,
        folder: broker.sierra,
        calendar,
      },
      header: { ...header, instrument: localSymbol },
      sinceUs: (flags.sinceMs ?? beginningOf(hours.tradeDateBefore(hours.tradeDateNow()), calendar)) * 1000,
      ...{ holdMs: sierra.holdSeconds * 1000, marketMs: () => clock.nowMs() },
      ...{ sizeBytesMax: bridge.segmentMiBMax * MIB, ageMsMax: bridge.segmentMinutesMax * 60_000 },
    } satisfies FollowOptions,
    ...{ hours, statusFile: broker.sierraStatus(localSymbol), lookMs: sierra.lookMs },
    log: (line) => log(`${symbol}: ${line}`),
    settleMs: sierra.holdSeconds * 1000 + SETTLE_MS,
  });
  return { contracts: () => followedContracts(config, clock.nowMs(), flags.symbol), loopOf, log };
}

/** Where the trade date after this one begins. */
function beginningOf(tradeDateBefore: string, calendar: ReturnType<typeof calendarOf>): number {
  return calendar.globexSessionOf(tradeDateBefore)!.dateEndMs;
}
