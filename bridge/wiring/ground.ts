import path from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';
import type { MarketClock } from '../../shared/market/clock/market-clock.js';
import type { FileLock } from '../../shared/node/disk/file-lock.js';
import { ReceiveClock } from '../capture/receive-clock.js';
import { contractOf } from '../connection/contract.js';
import { ContractGuard } from '../contract-guard.js';
import { LiveLimits } from '../control/live-limits.js';
import { takeHome } from '../disk/home-lock.js';
import { EventLoopWatchdog, type WatchdogSettings } from '../event-loop-watchdog.js';
import { frozenNoteFile } from '../frozen-note.js';
import { Halts } from '../halt/halts.js';
import { MarketHours } from '../market-hours.js';
import { openHome } from '../open-home.js';
import type { Opened } from '../opened.js';
import { openJournal } from '../orders/open-journal.js';
import { RollLog } from '../roll/roll-log.js';
import { Tally } from '../status/tally.js';
import type { ReleaseAsk } from '../swap/prepare-release.js';
import { type Tuning, USUAL_TUNING } from '../tuning.js';
import type { LaterParts } from './later.js';
import { onHalt } from './on-halt.js';

export interface BridgeOptions {
  readonly config: Config;
  readonly clock: MarketClock;
  readonly home: string;
  readonly log: Logger;
  readonly tuning?: Tuning;
  /** Takes the folder `broker/` for this bridge alone. */
  readonly takeHome?: (brokerFolder: string) => Promise<FileLock>;
  /** Finds out, where nothing is lost by it, whether a release can be loaded. @throws Failure */
  readonly examine?: (ask: ReleaseAsk) => Promise<void>;
  /** Ends the process once its event loop stands still. */
  readonly watch?: (settings: WatchdogSettings) => { stop(): Promise<void> };
}

/** What every part stands on: settings, times, the home folder, and what is on record of orders and halts. */
export type Ground = Awaited<ReturnType<typeof layGround>>;

/** Nothing is changed before all that can fail has been looked at. @throws Failure */
export async function layGround(options: BridgeOptions, opened: Opened, later: LaterParts) {
  const { config: settings, clock, log, tuning = USUAL_TUNING } = options;
  const broker = homePlaces(options.home).broker.folder;
  const home = await openHome(broker, opened, {
    ...{ statusPort: settings.metrics.bridgePort, account: settings.gateway.account },
    ...{ log, alarmQuietMs: tuning.alarmQuietMs },
    takeHome: options.takeHome ?? takeHome,
  });
  const { alarms, acts } = home;
  const rollLog = settings.instrument.roll === null ? null : RollLog.open(homePlaces(options.home).broker.rolls);
  if (rollLog !== null) opened.closeBy(() => rollLog.close());
  const configured = settings.instrument.localSymbol;
  const localSymbol = rollLog?.inForce(configured)?.to ?? configured;
  const limits = new LiveLimits({ configured: settings.risk, acts, log });
  const config = limits.within({ ...settings, instrument: { ...settings.instrument, localSymbol } });
  const { instrument, gateway } = config;
  const own = { account: gateway.account, symbol: instrument.symbol, localSymbol };
  const watchdog = (options.watch ?? EventLoopWatchdog.start)({
    frozenMs: tuning.frozenMs,
    noteFile: frozenNoteFile(broker),
  });
  opened.closeBy(() => watchdog.stop());
  const hours = MarketHours.of(config);
  const halts = new Halts(onHalt({ alarms, log }, later));
  const journal = openJournal(broker, own, clock, hours, {
    onTrouble: (error) =>
      error ? halts.raise('journal', `the journal cannot be written: ${error.message}`) : halts.lift('journal'),
    onInvalid: (_entry, error) =>
      halts.raise('odd-report', `what the gateway reported cannot be kept: ${error.message}`),
    onClockBehind: (clockDate, journalDate) =>
      alarms.note('ClockBehindJournal', `the clock is at trade date ${clockDate}, the journal at ${journalDate}`),
  });
  later.journal.is(journal);
  opened.closeBy(() => {
    const lost = journal.close();
    if (lost > 0) alarms.raise('JournalLost', `the disk refused ${lost} journal lines to the end`);
  });
  const guard = later.guard.is(
    new ContractGuard({
      ...{ own, currency: instrument.currency, journals: path.join(broker, 'journal') },
      ...{ clock, hours, halts, alarms, journal },
    }),
  );
  return {
    ...{ rollLog, configured, ...home, config, clock, log, tuning, broker, limits, own, hours, halts, journal, guard },
    contract: contractOf(instrument),
    receiveClock: new ReceiveClock(clock),
    tally: new Tally(),
  };
}
