import path from 'node:path';
import type { Logger } from 'pino';
import type { MarketClock } from '../shared/clock/market-clock.js';
import type { Config } from '../shared/config/config.js';
import { CONNECTION_ALARMS } from '../shared/handover/alarm-line.js';
import { productOf } from '../shared/release/product.js';
import { tellHalt } from './alarms/alarm-of-halt.js';
import { Alarms } from './alarms/alarms.js';
import { captureSettings, isSyntheticMarket } from './capture/capture-settings.js';
import { CaptureWriter } from './capture/capture-writer.js';
import { ReceiveClock } from './capture/receive-clock.js';
import { contractOf } from './connection/contract.js';
import { ConnectionKeeper, type ConnectionState } from './connection/keep-connected.js';
import { prepareSession } from './connection/prepare-session.js';
import { isRestartExpected } from './connection/restart-windows.js';
import { ContractGuard } from './contract-guard.js';
import { ControlFiles } from './control/control-files.js';
import { Decider } from './decide/decider.js';
import { DecisionLog } from './decide/decision-log.js';
import { Rehearsal } from './decide/rehearsal.js';
import { MarketFeed } from './feed/market-feed.js';
import { type HaltCode, Halts, isSticky } from './halt/halts.js';
import { requireAccountOfMode } from './halt/require-account.js';
import { MarketHours } from './market-hours.js';
import { ModelInUse } from './model-in-use.js';
import { JournalQueue } from './orders/journal-queue.js';
import { OrderDesk } from './orders/order-desk.js';
import { OrderJournal } from './orders/order-journal.js';
import { PositionWatch } from './orders/position-watch.js';
import { runAll } from './run-all.js';
import { describeBridge } from './status/describe-bridge.js';
import { RegimeWatch } from './status/regime.js';
import { StatusFile } from './status/status-file.js';
import { StatusServer } from './status/status-server.js';
import { Tally } from './status/tally.js';
import { Supervisor } from './supervisor.js';
import { ArmedFile } from './swap/armed-file.js';
import { HotSwap } from './swap/hot-swap.js';
import { prepareRelease } from './swap/prepare-release.js';
import { SwapsLog } from './swap/swaps-log.js';
import { Trading } from './trading.js';
import { type Tuning, USUAL_TUNING } from './tuning.js';

export interface BridgeOptions {
  readonly config: Config;
  readonly clock: MarketClock;
  readonly home: string;
  readonly log: Logger;
  readonly tuning?: Tuning;
}

export interface RunningBridge {
  /** Stops as after a SIGTERM: closes the connection, the segment and the journal; open orders stay at the gateway. */
  stop(): Promise<void>;
}

/**
 * Starts the one process that may send orders: wires capture, decisions, risk, orders and the swap together. Resolves
 * once it keeps connecting, captures and tells its status.
 * @throws Failure where the account does not fit the mode, or the product's trading hours are not known; BadInput where a journal cannot be read
 */
export async function startBridge(options: BridgeOptions): Promise<RunningBridge> {
  const { config, clock, home, log, tuning = USUAL_TUNING } = options;
  requireAccountOfMode(config.gateway);
  const broker = path.join(home, 'broker');
  const { instrument, gateway } = config;
  const hours = MarketHours.of(config);
  const contract = contractOf(instrument);
  const product = productOf(instrument);
  const own = { account: gateway.account, symbol: instrument.symbol, localSymbol: instrument.localSymbol };
  const tally = new Tally();
  const regime = new RegimeWatch();
  const alarms = Alarms.open(path.join(broker, 'alarms.jsonl'), { log, quietMs: tuning.alarmQuietMs });
  let connection: ConnectionState = 'connecting';

  const halts = new Halts((code, reason) => onHalt(code, reason));
  const journal = new JournalQueue(
    // A position belongs to an account and a contract: after a roll, or a change of account, another journal begins.
    OrderJournal.open(
      path.join(broker, 'journal', `${own.account}-${own.localSymbol}`),
      clock,
      hours.tradeDateOf(clock.nowMs()),
    ),
    (error) =>
      error ? halts.raise('journal', `the journal cannot be written: ${error.message}`) : halts.lift('journal'),
  );
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
  const decisionLog = new DecisionLog(path.join(broker, 'journal'), clock, hours.tradeDateOf, ({ message }) =>
    alarms.note('DecisionLogNotWritten', message),
  );
  const decider = new Decider({
    instrument: instrument.localSymbol,
    tickSize: instrument.tickSize,
    baseNs: receiveClock.baseNs,
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
  const model = new ModelInUse(decider, decisionLog);
  const desk = new OrderDesk({
    account: gateway.account,
    contract,
    journal,
    onRejected: (order, code, text) => trading.onRejected(order, code, text),
    onFill: ({ execId, orderRef, corrects, side, contracts, price }) => {
      tally.fills++;
      tally.lastFill = { wallTime: new Date().toISOString(), side, contracts, price };
      if (orderRef === null && corrects === null)
        halts.raise('foreign-execution', `execution ${execId} belongs to no order of this bridge`);
    },
    onDoubt: (reason, orderRef) => supervisor.doubt(reason, orderRef),
  });
  const guard = new ContractGuard({
    ...{ own, currency: instrument.currency, journals: path.join(broker, 'journal') },
    ...{ clock, hours, halts, alarms, journal },
  });
  const feed = new MarketFeed({
    contract,
    levels: config.bridge.depthLevels,
    clock: receiveClock,
    capture,
    sink: decider,
    depthRetryMs: tuning.depthRetryMs,
    onFault: (fault) => (fault ? halts.raise('feed', fault) : halts.lift('feed')),
  });
  const trading = new Trading({
    ...{ config, clock, halts, hours, desk },
    ledger: () => journal.ledger,
    bestPrices: () => decider.bestPrices(),
    lastDataMarketMs: () => tally.lastEventMarketMs,
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
  const swapsLog = SwapsLog.open(path.join(broker, 'swaps.jsonl'));
  const swap = new HotSwap({
    armed: new ArmedFile(path.join(broker, 'armed')),
    log: swapsLog,
    clock,
    load: ({ tarball, envelope, shipId, modelVersion, counter, payloadSha256 }) =>
      prepareRelease({
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
  const keeper = new ConnectionKeeper({
    address: { host: gateway.host, port: gateway.port },
    timeouts: tuning.timeouts,
    backoff: tuning.backoff,
    prepare: (session, ask) =>
      prepareSession(session, ask, {
        ...{ config, clock, contract, hours, desk, guard, feed, decider },
        ...{ decisionLog, halts, journal, regime },
        own,
        ...{ answerMs: tuning.answerMs, secondLookMs: tuning.secondLookMs },
        onNews: (text) => log.warn(text),
      }),
    onLost: (reason, socketGone) => {
      halts.raise('connection', reason);
      if (socketGone) journal.append({ kind: 'link-lost', reason });
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
  const supervisor = new Supervisor({
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
      control: new ControlFiles(path.join(broker, 'control')),
      hours,
      guard,
    },
    positions: new PositionWatch({
      own,
      ledger: () => journal.ledger,
      answerMs: tuning.answerMs,
      onDoubt: (reason) => supervisor.doubt(reason, null),
    }),
  });
  const describe = () => {
    regime.observe(decider.market);
    return describeBridge({
      ...{ clock, connection, halts, alarms, model, tally, desk, feed, capture, journal, trading, regime },
      synthetic: isSyntheticMarket(config),
      messagesWaiting: keeper.readySession?.messagesWaiting ?? 0,
    });
  };
  const status = new StatusFile(broker, describe);
  const statusServer = new StatusServer(config.metrics.bridgePort, describe);

  function onHalt(code: HaltCode, reason: string | null): void {
    if (reason === null) log.warn({ halt: code }, 'halt lifted');
    else log.error({ halt: code }, `trading is halted: ${reason}`);
    tellHalt(alarms, code, reason);
    if (isSticky(code))
      journal.append(reason === null ? { kind: 'resume', code, by: 'bridge' } : { kind: 'halt', code, reason });
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
  if (journal.ledger.live().length > 0) journal.append({ kind: 'link-lost', reason: 'the bridge was started anew' });
  for (const [code, reason] of journal.ledger.haltReasons) {
    halts.restore(code as HaltCode, reason);
    tellHalt(alarms, code as HaltCode, reason);
  }
  guard.start();
  decisionLog.start(decider.lastEventSeq);
  await model.restore(broker, swapsLog, product).catch((error: unknown) => {
    alarms.raise('ReleaseNotRestored', `the release in use before the restart cannot be loaded: ${String(error)}`);
  });
  swap.start();
  rehearsal.start();
  supervisor.start();
  status.start();
  await statusServer.start();
  tally.eventLoopDelay.enable();
  keeper.start();
  const closeJournal = () => {
    const lost = journal.close();
    if (lost > 0) alarms.raise('JournalLost', `the disk refused ${lost} journal lines to the end`);
  };
  return {
    stop: () => {
      connection = 'down';
      return runAll([
        () => keeper.stop(),
        () => supervisor.stop(),
        () => swap.stop(),
        () => rehearsal.stop(),
        () => decider.settled(),
        () => capture.close(),
        () => decisionLog.close(),
        closeJournal,
        () => swapsLog.close(),
        () => status.stop(),
        () => statusServer.stop(),
        () => tally.eventLoopDelay.disable(),
        () => alarms.close(),
      ]);
    },
  };
}
