import type { Instrument } from '../../shared/config/market.js';
import { UsageFailure } from '../../shared/failure.js';
import { contractOfLocalSymbol } from '../../simulator/contracts/contract.js';
import type { Tape } from '../../simulator/market/tape.js';
import { storeToReadAt } from '../store/store-at.js';
import { generatorTape } from './generator-tape.js';
import { storeTape } from './store-tape.js';

/** Flags that say what a gateway plays. */
export interface DataFlags {
  data?: string[];
  generator?: number;
  fromStore?: true;
  store?: string;
  home?: string;
  instrument?: string;
  date?: string;
  days: number;
  minutes: number;
}

/** Where nothing else is asked for. */
const GENERATED = { instrument: 'ESZ5', date: '2025-10-01' } as const;

/** The paths or the tape that the flags name. @throws UsageFailure where they name none, or several; Failure of the source */
export async function dataOf(flags: DataFlags): Promise<Tape | readonly string[]> {
  const { data, generator, fromStore } = flags;
  const named = [data, generator, fromStore].filter((source) => source !== undefined);
  if (named.length !== 1)
    throw new UsageFailure(
      `the gateway plays one source, ${named.length} are named`,
      'give one of --data PATH, --generator SEED, or --from-store with --instrument',
    );
  if (data !== undefined) return data;
  if (generator !== undefined)
    return generatorTape({
      seed: generator,
      ...{ instrument: instrumentOf(flags.instrument ?? GENERATED.instrument, flags.date ?? GENERATED.date) },
      ...{ firstTradeDate: flags.date ?? GENERATED.date, days: flags.days },
      minutesPerDay: flags.minutes,
    });
  if (flags.instrument === undefined)
    throw new UsageFailure('--from-store needs --instrument', 'see `believe store ls`');
  return storeTape(await storeToReadAt(flags), {
    instrument: flags.instrument,
    dateFrom: flags.date,
    dateTo: flags.date,
  });
}

function instrumentOf(localSymbol: string, date: string): Instrument {
  const contract = contractOfLocalSymbol(localSymbol, Date.parse(`${date}T00:00:00Z`));
  if (!contract)
    throw new UsageFailure(`--instrument '${localSymbol}' is no future that the gateway knows`, 'for example ESZ5');
  const { symbol, exchange, multiplier } = contract.product;
  return {
    localSymbol,
    symbol,
    exchange,
    currency: 'USD',
    tickSize: contract.tickSize,
    multiplier,
    firstNoticeDate: null,
    roll: null,
  };
}
