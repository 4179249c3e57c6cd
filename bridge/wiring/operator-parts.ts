import path from 'node:path';
import { CONNECTION_ALARMS } from '../../shared/contract/alarm-line.js';
import type { Bar } from '../../shared/market/events/bar.js';
import { ConnectionKeeper } from '../connection/keep-connected.js';
import { prepareSession } from '../connection/prepare-session.js';
import { ControlFiles } from '../control/control-files.js';
import { OperatorRequests } from '../control/operator-requests.js';
import { SilenceWatch } from '../feed/silence-watch.js';
import { overlapBars } from '../roll/overlap-bars.js';
import { Supervisor } from '../supervisor.js';
import type { Ground } from './ground.js';
import type { LaterParts } from './later.js';
import type { MarketParts } from './market-parts.js';
import type { RollParts } from './roll-parts.js';
import type { TradingParts } from './trading-parts.js';

/** Who looks after it all: the connection to the gateway, operators' requests, the passing of time. */
export function operatorParts(
  ground: Ground,
  market: MarketParts,
  { desk, position, trading, rolling, overlap }: TradingParts & RollParts,
  later: LaterParts,
) {
  const { config, clock, log, tuning, broker, own, hours, halts, alarms, acts, limits, journal, guard } = ground;
  const { feed, decider, decisionLog, regime } = market;
  const keeper: ConnectionKeeper = later.keeper.is(
    new ConnectionKeeper({
      address: { host: config.gateway.host, port: config.gateway.port },
      ...{ timeouts: tuning.timeouts, backoff: tuning.backoff },
      prepare: (session, ask) =>
        prepareSession(session, ask, {
          ...{ config, clock, contract: ground.contract, hours, desk, position, guard, feed, decider },
          ...{ decisionLog, halts, journal, regime, own, rolling, overlap },
          ownBars: () => barsFromBefore(ground),
          takeover: () => supervisor.takeover(),
          mid: () => trading.mid,
          ...{ answerMs: tuning.answerMs, secondLookMs: tuning.secondLookMs },
          onNews: (text) => log.warn(text),
        }),
      onLost: (reason) => {
        halts.raise('connection', reason);
        position.lost();
        feed.lost(reason);
        overlap?.lost(reason);
      },
      onSystem: ({ code, text, meaning }) => {
        log.info({ code, meaning }, `gateway: ${text}`);
        for (const one of [feed, overlap]) {
          if (meaning === 'data-broken') one?.lost(`${code}: ${text}`);
          if (meaning === 'data-ok') one?.recover();
        }
      },
      onState: (state, detail) => {
        log.info({ connection: state }, detail ?? `connection: ${state}`);
        if (state === 'ready') for (const alarm of CONNECTION_ALARMS) alarms.clear(alarm);
      },
      onFailedAttempt: (failure) => supervisor.failedAttempt(failure),
    }),
  );
  const control = new ControlFiles(path.join(broker, 'control'));
  const supervisor: Supervisor = later.supervisor.is(
    new Supervisor({
      ...{ config, clock, log, tuning, halts, alarms, trading, journal, keeper, control, limits, hours, guard },
      ...{ rolling, overlap },
      ...{ position, requests: new OperatorRequests({ control, acts, limits, halts, alarms, log }) },
      silence: new SilenceWatch({
        ...{ feed, alarms, clock, hours, silentFeedMs: tuning.silentFeedMs },
        isReady: () => keeper.readySession !== undefined,
      }),
    }),
  );
  return { keeper, supervisor };
}

/** Before the first session in a contract that followed another: what was captured of it beside the other. */
async function barsFromBefore({
  rollLog,
  configured,
  clock,
  hours,
  broker,
  own,
  log,
}: Ground): Promise<readonly Bar[]> {
  const cameBy = rollLog?.inForce(configured) ?? null;
  if (cameBy === null || !(clock.nowMs() < hours.rthOpenMs(cameBy.firstTradeDate))) return [];
  try {
    return await overlapBars(path.join(broker, 'capture'), own.localSymbol);
  } catch (error) {
    log.warn({ err: error }, `bars of ${own.localSymbol} from before the roll cannot be read`);
    return [];
  }
}
