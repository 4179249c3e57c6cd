import { ageText } from '../../shared/fields/age-text.js';
import type { PublicState } from '../../shared/public-record/documents.js';

export interface Standing {
  readonly word: 'up' | 'closed' | 'halted' | 'stale' | 'down' | 'empty';
  readonly sentence: string;
}

/** How things stand, by the newest signed word and the time of now. The calendar decides: closed is not down. */
export function standingOf(state: PublicState | null, nowMs: number): Standing {
  if (state === null) return { word: 'empty', sentence: 'Nothing was published yet.' };
  const stateMs = nowMs - Date.parse(state.at);
  const { limits, bridge, market } = state;
  if (stateMs > limits.stateSeconds * 1000)
    return { word: 'stale', sentence: `Nothing new was published for ${ageText(stateMs)}: every number here is old.` };
  if (bridge === null) return { word: 'down', sentence: 'The bridge has never reported.' };
  // Closed until then; open until somebody says that it is not.
  const isOpen = market.isOpen || nowMs >= Date.parse(market.until);
  const bridgeMs = nowMs - Date.parse(bridge.at);
  if (!isOpen)
    return { word: 'closed', sentence: `The market is closed. The bridge last reported ${ageText(bridgeMs)} ago.` };
  if (bridgeMs > limits.bridgeSeconds * 1000)
    return { word: 'down', sentence: `The bridge has not reported for ${ageText(bridgeMs)}, with the market open.` };
  if (!bridge.isUp) return { word: 'down', sentence: 'The bridge has no connection to the exchange’s gateway.' };
  const tickMs = bridge.lastTickAt === null ? Number.POSITIVE_INFINITY : nowMs - Date.parse(bridge.lastTickAt);
  if (tickMs > limits.tickSeconds * 1000)
    return { word: 'down', sentence: 'No market data reaches the bridge, with the market open.' };
  if (bridge.trading !== 'armed')
    return { word: 'halted', sentence: bridge.trading === 'halted' ? 'Trading is halted.' : 'No model is loaded.' };
  return { word: 'up', sentence: 'The bridge is up and trades.' };
}
