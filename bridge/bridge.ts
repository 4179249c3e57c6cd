import path from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../shared/config/config.js';
import { homePlaces } from '../shared/config/home-places.js';
import { CONNECTION_ALARMS } from '../shared/contract/alarm-line.js';
import type { MarketClock } from '../shared/market/clock/market-clock.js';
import type { FileLock } from '../shared/node/disk/file-lock.js';
import { productOf } from '../shared/trust/product.js';
import { tellHalt } from './alarms/alarm-of-halt.js';
import { captureSettings, isSyntheticMarket } from './capture/capture-settings.js';
import { CaptureWriter } from './capture/capture-writer.js';
import { ReceiveClock } from './capture/receive-clock.js';
import { Closer } from './closing/closer.js';
import { contractOf } from './connection/contract.js';
import { ConnectionKeeper, type ConnectionState } from './connection/keep-connected.js';
import { prepareSession } from './connection/prepare-session.js';
import { isRestartExpected } from './connection/restart-windows.js';
import { ContractGuard } from './contract-guard.js';
import { ControlFiles } from './control/control-files.js';
import { LiveLimits } from './control/live-limits.js';
import { OperatorRequests } from './control/operator-requests.js';
import { Decider } from './decide/decider.js';
import { DecisionLog } from './decide/decision-log.js';
import { Rehearsal } from './decide/rehearsal.js';
import { takeHome } from './disk/home-lock.js';
import { EventLoopWatchdog, type WatchdogSettings } from './event-loop-watchdog.js';
import { MarketFeed } from './feed/market-feed.js';
import { SilenceWatch } from './feed/silence-watch.js';
import { frozenNoteFile, takeFrozenNote } from './frozen-note.js';
import { type HaltCode, Halts, isSticky } from './halt/halts.js';
import { requireAccountOfMode } from './halt/require-account.js';
import { MarketHours } from './market-hours.js';
import { ModelInUse } from './model-in-use.js';
import { openHome } from './open-home.js';
import { Opened } from './opened.js';
import { AccountPosition } from './orders/account-position.js';
import { endDecisions } from './orders/end-decisions.js';
import { FOREIGN_EXECUTION, foreignReason, isForeign } from './orders/foreign-execution.js';
import { openJournal } from './orders/open-journal.js';
import { OrderDesk } from './orders/order-desk.js';
import { CLOSING_HALTS } from './orders/order-ledger.js';
import { startFailure } from './start-failure.js';
import { describeBridge } from './status/describe-bridge.js';
import { RegimeWatch } from './status/regime.js';
import { Tally } from './status/tally.js';
import { Supervisor } from './supervisor.js';
import { ArmedFile } from './swap/armed-file.js';
import { examineRelease } from './swap/examine-release.js';
import { type KnownRelease, loadGuarded } from './swap/guarded-load.js';
import { HotSwap } from './swap/hot-swap.js';
import { LiveReleases } from './swap/live-release.js';
import { LoadingMark } from './swap/loading-mark.js';
import type { ReleaseAsk } from './swap/prepare-release.js';
import { restoreRelease } from './swap/restore-release.js';
import { Trading } from './trading.js';
import { type Tuning, USUAL_TUNING } from './tuning.js';

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

export interface RunningBridge {
  /** Stops as after a SIGTERM: cancels the orders of decisions (where so set), closes connection, segment and journal. */
  stop(): Promise<void>;
}

/**
 * Starts the one process that may send orders. Resolves once it keeps connecting, captures and tells its status. What can
 * fail comes first, in an order in which nothing is changed before all of it has been looked at; a start that fails closes
 * what it has opened, and until it has succeeded no timer runs, no control file is obeyed and nobody is connected to.
 * @throws Failure BridgeRunning, AccountRefused, NoCalendar, PortTaken, FolderNotWritable, BadInput, ...: always with the next step
 */
export async function startBridge(options: BridgeOptions): Promise<RunningBridge> {
  const opened = new Opened();
  try {
    requireAccountOfMode(options.config.gateway);
    await assemble(options, opened);
  } catch (error) {
    await opened.close().catch((failure: unknown) => options.log.error({ err: failure }, 'a start was not undone'));
    throw startFailure(error);
  }
  return { stop: () => opened.close() };
}

/** Wires capture, decisions, risk, orders and the swap together, and starts them. */
async function assemble(options: BridgeOptions, opened: Opened): Promise<void> {
  const { config: settings, clock, home, log, tuning = USUAL_TUNING } = options;
  const broker = homePlaces(home).broker.folder;
  const { statusServer, status, swapsLog, alarms, acts } = await openHome(broker, opened, {
    ...{ statusPort: settings.metrics.bridgePort, account: settings.gateway.account },
    ...{ log, alarmQuietMs: tuning.alarmQuietMs },
    takeHome: options.takeHome ?? takeHome,
  });
  const limits = new LiveLimits({ configured: settings.risk, acts, log });
  const config = limits.within(settings);
  const { instrument, gateway } = config;
  const armedFolder = path.join(broker, 'armed');
  const mark = new LoadingMark(armedFolder);
  const watchdog = (options.watch ?? EventLoopWatchdog.start)({
    frozenMs: tuning.frozenMs,
    noteFile: frozenNoteFile(broker),
  });
  opened.closeBy(() => watchdog.stop());
  const hours = MarketHours.of(config);
  const contract = contractOf(instrument);
  const product = productOf(instrument);
  const own = { account: gateway.account, symbol: instrument.symbol, localSymbol: instrument.localSymbol };
  const tally = new Tally();
  const regime = new RegimeWatch();
  let connection: ConnectionState = 'connecting';

  const halts = new Halts((code, reason) => onHalt(code, reason));
  const journal = openJournal(broker, own, clock, hours, {
    onTrouble: (error) =>
      error ? halts.raise('journal', `the journal cannot be written: ${error.message}`) : halts.lift('journal'),
    onInvalid: (_entry, error) =>
      halts.raise('odd-report', `what the gateway reported cannot be kept: ${error.message}`),
    onClockBehind: (clockDate, journalDate) =>
      alarms.note('ClockBehindJournal', `the clock is at trade date ${clockDate}, the journal at ${journalDate}`),
  });
  opened.closeBy(() => {
    const lost = journal.close();
    if (lost > 0) alarms.raise('JournalLost', `the disk refused ${lost} journal lines to the end`);
  });
  const receiveClock = new ReceiveClock(clock);
  const capture = new CaptureWriter({
    folder: path.join(broker, 'capture'),
    ...captureSettings(config),
    clock: receiveClock,
    tradeDateOf: hours.tradeDateOf,
    onTrouble: (error) =>
      error ? halts.raise('disk', `the capture cannot be written: ${error.message}`) : halts.lift('disk'),
    onGap: () => feed.renew(),
  });
  opened.closeBy(() => capture.close());
  const decisionLog = new DecisionLog(path.join(broker, 'journal'), clock, hours.tradeDateOf, ({ message }) =>
    alarms.note('DecisionLogNotWritten', message),
  );
  opened.closeBy(() => decisionLog.close());
  const decider = new Decider({
    ...{ instrument: instrument.localSymbol, tickSize: instrument.tickSize, baseNs: receiveClock.baseNs },
    afterEventSeq: capture.lastSeq,
    beforeEvent: (atNs) => {
      tally.lastEventMarketMs = receiveClock.marketMsOf(atNs);
      swap.beforeEvent(tally.lastEventMarketMs);
    },
    onDecision: (decision, startedMonotonicMs) => {
      tally.decisions++;
      rehearsal.done();
      trading.onDecision(decision);
      tally.decisionLatency.record(performance.now() - startedMonotonicMs);
      decisionLog.decision(decision);
    },
    onError: (error) => {
      tally.decisionErrors++;
      log.error({ err: error }, 'a decision failed');
      alarms.note('DecisionFailed', String(error));
    },
  });
  opened.closeBy(() => decider.settled());
  const model = new ModelInUse(decider, decisionLog);
  const desk = new OrderDesk({
    account: gateway.account,
    ...{ contract, tickSize: instrument.tickSize, journal },
    recheck: (ask) => trading.recheck(ask),
    onRefused: (order) => trading.onOrderRefused(order),
    onFill: (fill) => {
      const { side, contracts, price } = fill;
      tally.fills++;
      tally.lastFill = { wallTime: new Date().toISOString(), side, contracts, price };
      if (isForeign(fill)) halts.raise(FOREIGN_EXECUTION, foreignReason(fill.execId));
    },
    onBust: ({ execId }) => alarms.note('ExecutionBusted', `the exchange has taken execution ${execId} back`),
    onOddReport: (why) => halts.raise('odd-report', why),
    onUnlistedCode: (why) => alarms.note('OrderCodeUnlisted', why),
    onUnknownOrder: (what) => supervisor.askAnew(what),
    onDoubt: (reason, orderRef) => supervisor.doubt(reason, orderRef),
  });
  const position = new AccountPosition({
    own,
    ledger: () => journal.ledger,
    answerMs: tuning.answerMs,
    executionsLateMsMax: 2 * tuning.stuckOrderMs,
    isMismatchKnown: () => halts.has('position-mismatch'),
    onDoubt: (reason) => supervisor.doubt(reason, null),
  });
  const closer: Closer = new Closer({
    ...{ own, desk, position, answerMs: tuning.answerMs },
    ledger: () => journal.ledger,
    session: () => keeper.readySession,
    maxOrderSizeContracts: () => config.risk.maxOrderSizeContracts,
    otherOrders: config.bridge.flattenOtherOrders,
    isMismatchKnown: () => halts.has('position-mismatch'),
    place: (ask, accountContracts) => trading.placeClosing(ask, accountContracts),
    onDoubt: (reason) => supervisor.doubt(reason, null),
    onFlat: () => supervisor.onFlat(),
    onTrouble: (why) => (why === null ? alarms.clear('PositionNotClosed') : alarms.raise('PositionNotClosed', why)),
    onOrdersLeft: (which) => alarms.note('OrdersLeft', `flat, but others' orders work on: ${which}`),
  });
  const guard = new ContractGuard({
    ...{ own, currency: instrument.currency, journals: path.join(broker, 'journal') },
    ...{ clock, hours, halts, alarms, journal },
  });
  const feed = new MarketFeed({
    ...{ contract, levels: config.bridge.depthLevels, clock: receiveClock, capture, sink: decider },
    ...{ tickSize: instrument.tickSize, depthRetryMs: tuning.depthRetryMs, oddRenewMs: tuning.oddRenewMs },
    onOdd: (reason) => alarms.note('OddMarketData', reason),
    onFault: (fault) => (fault ? halts.raise('feed', fault) : halts.lift('feed')),
  });
  const trading: Trading = new Trading({
    ...{ config, clock, halts, hours, desk, journal, position, closer },
    marketMsSince: (monotonicMs) => receiveClock.marketMsSince(monotonicMs),
    // A replayed market jumps from one open to the next: that a close was jumped over calls for nobody.
    onOutsideHours: (what) =>
      what === null || config.clock.kind === 'replay'
        ? alarms.clear('PositionOutsideHours')
        : alarms.raise('PositionOutsideHours', what),
    bestPrices: () => decider.bestPrices(),
    depthAgeMs: () => feed.ages.depthAgeMs,
    modelVersion: () => model.modelVersion,
    inRestartWindow: () => isRestartExpected(config, Date.now()),
    onRefused: (decision, { rule, reason }) => {
      log.warn({ rule }, `order refused: ${reason}`);
      if (decision) decisionLog.refused(decision.seq, rule, reason);
    },
  });
  const rehearsal = new Rehearsal(
    clock,
    () => !halts.any && model.release !== null,
    () => {
      decider.rehearse();
      trading.rehearse();
    },
  );
  const live = new LiveReleases(broker);
  const examine = options.examine ?? ((ask: ReleaseAsk) => examineRelease(ask, tuning.examineMs));
  const load = (ask: KnownRelease) => loadGuarded({ examine, mark }, ask);
  const swap = new HotSwap({
    armed: new ArmedFile(armedFolder),
    log: swapsLog,
    live,
    clock,
    openNowOrNextMs: (marketMs) => hours.openNowOrNextMs(marketMs),
    load: ({ tarball, envelope, shipId, modelVersion, counter, payloadSha256 }) =>
      load({
        ...{ brokerFolder: broker, tarball, envelope, product },
        expected: { shipId, modelVersion, counter, payloadSha256 },
      }),
    activate: (release, shipId) => {
      tally.decisionErrors = 0;
      model.activate(release, shipId);
      alarms.clear('ReleaseNotRestored');
      alarms.clear('SwapRefused');
    },
    currentModelVersion: () => model.modelVersion,
    lastEventSeq: () => decider.lastEventSeq,
    onNews: (text, record) => {
      log.info({ swap: record }, text);
      if (record?.outcome === 'refused') alarms.raise('SwapRefused', text);
    },
  });
  const keeper: ConnectionKeeper = new ConnectionKeeper({
    address: { host: gateway.host, port: gateway.port },
    timeouts: tuning.timeouts,
    backoff: tuning.backoff,
    prepare: (session, ask) =>
      prepareSession(session, ask, {
        ...{ config, clock, contract, hours, desk, position, guard, feed, decider },
        ...{ decisionLog, halts, journal, regime },
        takeover: () => supervisor.takeover(),
        mid: () => trading.mid,
        own,
        ...{ answerMs: tuning.answerMs, secondLookMs: tuning.secondLookMs },
        onNews: (text) => log.warn(text),
      }),
    onLost: (reason) => {
      halts.raise('connection', reason);
      position.lost();
      feed.lost(reason);
    },
    onSystem: ({ code, text, meaning }) => {
      log.info({ code, meaning }, `gateway: ${text}`);
      if (meaning === 'data-broken') feed.lost(`${code}: ${text}`);
      if (meaning === 'data-ok') feed.recover();
    },
    onState: (state, detail) => {
      connection = state;
      log.info({ connection: state }, detail ?? `connection: ${state}`);
      if (state === 'ready') for (const alarm of CONNECTION_ALARMS) alarms.clear(alarm);
    },
    onFailedAttempt: (failure) => supervisor.failedAttempt(failure),
  });
  const control = new ControlFiles(path.join(broker, 'control'));
  const supervisor: Supervisor = new Supervisor({
    requests: new OperatorRequests({ control, acts, limits, halts, alarms, log }),
    ...{
      config,
      clock,
      log,
      tuning,
      halts,
      alarms,
      trading,
      journal,
      keeper,
      control,
      limits,
      hours,
      guard,
    },
    position,
    silence: new SilenceWatch({
      ...{ feed, alarms, clock, hours, silentFeedMs: tuning.silentFeedMs },
      isReady: () => keeper.readySession !== undefined,
    }),
  });
  const describe = () => {
    regime.observe(decider.market);
    return describeBridge({
      ...{ clock, connection, halts, alarms, model, tally, desk, feed, capture, journal, trading, position, regime },
      synthetic: isSyntheticMarket(config),
      messagesWaiting: keeper.readySession?.messagesWaiting ?? 0,
    });
  };

  function onHalt(code: HaltCode, reason: string | null): void {
    if (reason === null) log.warn({ halt: code }, 'halt lifted');
    else log.error({ halt: code }, `trading is halted: ${reason}`);
    tellHalt(alarms, code, reason);
    if (CLOSING_HALTS.has(code)) {
      if (reason === null) trading.stopClosing(code);
      else trading.close(code);
    }
    if (isSticky(code))
      journal.append(
        reason === null
          ? { kind: 'resume', code, by: 'bridge' }
          : { kind: 'halt', code, reason, since: new Date().toISOString() },
      );
    if (reason !== null && code !== 'connection') trading.cancelDecisions(`halt: ${code}`);
    if (reason === null && code === 'other-contract') {
      guard.resumed();
      keeper.reconcile();
    }
  }

  // Told in the middle of an event: that event still belongs to the old book.
  receiveClock.onStep = (stepMs) =>
    setImmediate(() => {
      log.warn({ stepMs }, 'market time was stepped');
      feed.lost(`the clock was stepped by ${stepMs} ms`);
      feed.renew();
    });
  halts.raise('connection', 'not connected yet');
  limits.judge(halts);
  if (journal.ledger.live().length > 0) journal.append({ kind: 'link-lost', reason: 'the bridge was started anew' });
  for (const [code, reason] of [...journal.ledger.haltReasons]) {
    if (journal.ledger.isOwed(code)) halts.raise(code as HaltCode, reason);
    else {
      halts.restore(code as HaltCode, reason, ageOf(journal.ledger.haltSince(code)));
      tellHalt(alarms, code as HaltCode, reason);
    }
  }
  guard.start();
  decisionLog.start(decider.lastEventSeq);
  if (takeFrozenNote(broker)) {
    mark.foundHung();
    alarms.note('BridgeHung', 'the bridge before this one heard nothing any more, and was ended');
  }
  await restoreRelease({
    ...{ brokerFolder: broker, product, live, log: swapsLog, load },
    activate: (release, shipId) => model.activate(release, shipId),
    onNews: (text) => log.error(text),
  }).catch((error: unknown) => {
    alarms.raise('ReleaseNotRestored', `the release in use before the restart cannot be loaded: ${String(error)}`);
  });
  opened.closeBy(() => keeper.stop().finally(() => (connection = 'down')));
  for (const part of [rehearsal, supervisor, swap]) opened.closeBy(() => part.stop());
  swap.start();
  journal.start();
  rehearsal.start();
  supervisor.start();
  status.start(describe);
  statusServer.serve(describe);
  tally.eventLoopDelay.enable();
  opened.closeBy(() => void tally.eventLoopDelay.disable());
  keeper.start();
  if (!config.bridge.cancelOnStop) return;
  opened.closeBy(async () => {
    const left = await endDecisions(halts, () => journal.ledger, config.bridge.stopSecondsMax);
    if (left.length > 0) log.error({ orders: left.map(({ orderRef }) => orderRef) }, 'orders are left at the gateway');
  });
}

/** Ms since a wall time; infinite where it is not known, or still to come by a clock that was set back. */
function ageOf(since: string | null): number {
  const ageMs = since === null ? Number.POSITIVE_INFINITY : Date.now() - Date.parse(since);
  return ageMs >= 0 ? ageMs : Number.POSITIVE_INFINITY;
}
