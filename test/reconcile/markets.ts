import { marketDays } from '../../research/generator/generate-market.js';
import { generatedBatches } from '../../research/generator/generated-batches.js';
import type { Feed } from '../../research/reconcile/feed.js';
import { TickScale } from '../../shared/market/events/tick-scale.js';
import { loadConfig } from '../../shared/node/config/load-config.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';
import { batchesOf, eventsOf, type TestEvent } from '../market/event.js';
import { randomOf } from '../market/random-market.js';
import { REAL_FILES } from '../market/real-files.js';

/** A SYNTHETIC day, whose trades are split into fills at one and the same time, as an exchange tells them. */
export function generatedMarket(minutes: number, seed = 7): TestEvent[] {
  const { instrument } = loadConfig({ env: {} });
  const options = { seed, signalStrength: 1, firstTradeDate: '2025-07-03', days: 1, barDays: 1 };
  const [first] = marketDays(options, new TickScale(instrument.tickSize));
  const events = generatedBatches(first!.day, instrument, minutes).flatMap(eventsOf);
  const random = randomOf(seed);
  return events.flatMap((event) => (event.kind === 'trade' ? fills(event, random) : [event]));
}

function fills(trade: TestEvent, random: () => number): TestEvent[] {
  const parts: TestEvent[] = [];
  for (let left = trade.size!; left > 0; ) {
    const size = random() < 0.5 ? left : 1 + Math.floor(random() * left);
    parts.push({ ...trade, size });
    left -= size;
  }
  return parts;
}

/** Four minutes of the real ES book. */
export async function realMarket(): Promise<TestEvent[]> {
  const events: TestEvent[] = [];
  for await (const batch of (await openDepthFile(REAL_FILES.es)).batches()) events.push(...eventsOf(batch));
  return events;
}

export function feedOf(name: string, events: readonly TestEvent[], synthetic = false): Feed {
  const batches = batchesOf(events);
  return {
    name,
    synthetic,
    async *batches() {
      yield* batches;
    },
  };
}
