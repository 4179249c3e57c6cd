import path from 'node:path';
import { captureSettings } from '../capture/capture-settings.js';
import { CaptureWriter } from '../capture/capture-writer.js';
import { recoverOtherSegments } from '../capture/segment.js';
import { Decider } from '../decide/decider.js';
import { DecisionLog } from '../decide/decision-log.js';
import { Rehearsal } from '../decide/rehearsal.js';
import { MarketFeed } from '../feed/market-feed.js';
import { ModelInUse } from '../model-in-use.js';
import type { Opened } from '../opened.js';
import { RegimeWatch } from '../status/regime.js';
import type { Ground } from './ground.js';
import type { LaterParts } from './later.js';

/** From a message of the gateway to a decision: feed, capture, book, features and heads, and the log of it. */
export type MarketParts = ReturnType<typeof marketParts>;

export function marketParts(ground: Ground, opened: Opened, later: LaterParts) {
  const { config, clock, log, tuning, broker, halts, alarms, hours, receiveClock, tally } = ground;
  const { localSymbol, tickSize } = config.instrument;
  recoverOtherSegments(path.join(broker, 'capture'), localSymbol);
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
  const onLogTrouble = ({ message }: Error) => alarms.note('DecisionLogNotWritten', message);
  const named = ground.rollLog === null ? null : localSymbol;
  const decisionLog = new DecisionLog(path.join(broker, 'journal'), clock, hours.tradeDateOf, onLogTrouble, named);
  opened.closeBy(() => decisionLog.close());
  const decider = new Decider({
    ...{ instrument: localSymbol, tickSize, baseNs: receiveClock.baseNs },
    afterEventSeq: capture.lastSeq,
    beforeEvent: (atNs) => {
      tally.lastEventMarketMs = receiveClock.marketMsOf(atNs);
      later.swap.it.beforeEvent(tally.lastEventMarketMs);
    },
    onDecision: (decision, startedMonotonicMs) => {
      tally.decisions++;
      rehearsal.done();
      later.trading.it.onDecision(decision);
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
  const feed: MarketFeed = new MarketFeed({
    ...{ contract: ground.contract, levels: config.bridge.depthLevels, clock: receiveClock, capture, sink: decider },
    ...{ tickSize, depthRetryMs: tuning.depthRetryMs, oddRenewMs: tuning.oddRenewMs },
    onOdd: (reason) => alarms.note('OddMarketData', reason),
    onFault: (fault) => (fault ? halts.raise('feed', fault) : halts.lift('feed')),
  });
  const rehearsal = new Rehearsal(
    clock,
    () => !halts.any && model.release !== null,
    () => {
      decider.rehearse();
      later.trading.it.rehearse();
    },
  );
  // Told in the middle of an event: that event still belongs to the old book.
  receiveClock.onStep = (stepMs) =>
    setImmediate(() => {
      log.warn({ stepMs }, 'market time was stepped');
      for (const one of [feed, later.overlap.it]) {
        one?.lost(`the clock was stepped by ${stepMs} ms`);
        one?.renew();
      }
    });
  return { capture, decisionLog, decider, model, feed, rehearsal, regime: new RegimeWatch() };
}
