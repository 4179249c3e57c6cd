import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { FullBridgeStatus } from '../../shared/contract/bridge-status.js';
import { Latencies } from './latencies.js';

/** What the bridge counts for its status, since its start unless it says otherwise. */
export class Tally {
  readonly startedAt = new Date();
  readonly decisionLatency = new Latencies();
  /** How late the event loop comes round. */
  readonly eventLoopDelay: IntervalHistogram = monitorEventLoopDelay({ resolution: 1 });
  decisions = 0;
  /** Since the last swap. */
  decisionErrors = 0;
  fills = 0;
  lastEventMarketMs = Number.NaN;
  lastFill: FullBridgeStatus['lastFill'] = null;
}
