import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pino } from 'pino';
import { startBridge } from '../../bridge/bridge.js';
import type { Config } from '../../shared/config/config.js';
import { type ClockSpec, createMarketClock } from '../../shared/market/clock/market-clock.js';
import { goBeforeOthers } from '../../shared/node/process/bridge-priority.js';
import { type OrderStages, stampOrders } from './order-stages.js';

// A bridge in a process of its own, which also says what it uses. Started by `running-bridge.ts`.

export interface BridgeAsk {
  readonly config: Config;
  readonly clock: ClockSpec;
}

export interface BridgeUse {
  /** Processor time of all its threads since the start, us. */
  readonly cpuUs: number;
  readonly rssBytes: number;
  /** How late the event loop came round since `begin` (with the monitor's own timer of 1 ms), ms. */
  readonly loopMsP50: number;
  readonly loopMsP99: number;
  readonly loopMsMax: number;
  /** Of each order since the last time it was asked. */
  readonly stages: readonly OrderStages[];
}

goBeforeOthers();
const stages = stampOrders();
const delay = monitorEventLoopDelay({ resolution: 1 });

function use(): BridgeUse {
  const { user, system } = process.cpuUsage();
  return {
    ...{ cpuUs: user + system, rssBytes: process.memoryUsage.rss(), stages: stages.splice(0) },
    loopMsP50: delay.percentile(50) / 1e6,
    loopMsP99: delay.percentile(99) / 1e6,
    loopMsMax: delay.max / 1e6,
  };
}

// It ends with the process that started it, however that one ends.
process.once('disconnect', () => process.exit());
process.once('message', async ({ config, clock }: BridgeAsk) => {
  const log = pino({ level: process.env.BENCH_LOG ?? 'silent' }, pino.destination(2));
  const bridge = await startBridge({ config, clock: createMarketClock(clock), home: config.home, log });
  process.on('message', async (asked: 'begin' | 'use' | 'stop') => {
    // Its timer of 1 ms is nothing that a bridge has: only where the loop is measured.
    if (asked === 'begin') {
      delay.enable();
      delay.reset();
    }
    if (asked === 'stop') await bridge.stop();
    process.send!(use());
  });
  process.send!('up');
});
