import path from 'node:path';
import type { RollRule } from '../../shared/config/market.js';
import type { RollRecord } from '../../shared/contract/roll-record.js';
import { volumesFile } from '../../shared/node/contract/volumes-file.js';
import { captureSettings } from '../capture/capture-settings.js';
import { CaptureWriter } from '../capture/capture-writer.js';
import { contractOf } from '../connection/contract.js';
import { MarketFeed } from '../feed/market-feed.js';
import type { Opened } from '../opened.js';
import { type CapturedBeside, NOBODY, OverlapCapture } from '../roll/overlap-capture.js';
import { Rolling } from '../roll/rolling.js';
import { VolumeWatch } from '../roll/volume-watch.js';
import type { Ground } from './ground.js';
import type { LaterParts } from './later.js';
import type { TradingParts } from './trading-parts.js';

/** From one contract to the next; nulls where the settings name one contract and no rule. */
export interface RollParts {
  readonly rolling: Rolling | null;
  readonly overlap: OverlapCapture | null;
}

export function rollParts(
  ground: Ground,
  { position, trading }: TradingParts,
  { opened, later, onRolled }: { opened: Opened; later: LaterParts; onRolled: (record: RollRecord) => void },
): RollParts {
  const { config, configured, rollLog, own, clock, hours, halts, alarms, journal, log, tuning } = ground;
  const { roll } = config.instrument;
  if (roll === null || rollLog === null) return { rolling: null, overlap: later.overlap.is(null) };
  const session = () => later.keeper.it.readySession;
  const volume = roll.rule === 'volume' ? volumeWatch(ground, roll) : null;
  const rolling = new Rolling({
    ...{ own, instrument: { ...config.instrument, roll }, configured, rollLog, clock, hours, halts, alarms, journal },
    ...{ volume, position, pnlToday: () => trading.pnlToday, log, session, onRolled },
    ...{ answerMs: tuning.answerMs, everyMs: tuning.positionEveryMs },
  });
  const onTrouble = (text: string) => alarms.raise('OverlapNotCaptured', text);
  const overlap = new OverlapCapture({
    ...{ wanted: () => rolling.beside, session, onTrouble },
    open: (localSymbol) => openBeside(ground, localSymbol, onTrouble),
  });
  later.overlap.is(overlap);
  opened.closeBy(() => overlap.close());
  return { rolling, overlap };
}

function volumeWatch({ broker, own, hours, log }: Ground, rule: RollRule): VolumeWatch {
  return new VolumeWatch({
    ...{ file: volumesFile(broker), rule, present: own.localSymbol, hours },
    onTrouble: (error) => log.warn({ err: error }, 'traded volumes cannot be read: the calendar decides'),
  });
}

/** A stream of its own, numbered by itself; what is wrong with it halts nothing. */
function openBeside(ground: Ground, localSymbol: string, onTrouble: (text: string) => void): CapturedBeside {
  const { broker, receiveClock, hours, tuning, alarms } = ground;
  const config = { ...ground.config, instrument: { ...ground.config.instrument, localSymbol } };
  const well = () => alarms.clear('OverlapNotCaptured');
  const capture = new CaptureWriter({
    ...{ folder: path.join(broker, 'capture'), ...captureSettings(config), clock: receiveClock },
    tradeDateOf: hours.tradeDateOf,
    onTrouble: (error) => (error ? onTrouble(`${localSymbol} cannot be written: ${error.message}`) : well()),
    onGap: () => feed.renew(),
  });
  const feed: MarketFeed = new MarketFeed({
    ...{ contract: contractOf(config.instrument), levels: config.bridge.depthLevels, clock: receiveClock, capture },
    ...{ sink: NOBODY, tickSize: config.instrument.tickSize },
    ...{ depthRetryMs: tuning.depthRetryMs, oddRenewMs: tuning.oddRenewMs },
    onOdd: (reason) => alarms.note('OddMarketData', `${localSymbol}: ${reason}`),
    onFault: (fault) => (fault ? onTrouble(`${localSymbol}: ${fault}`) : well()),
  });
  return { feed, capture };
}
