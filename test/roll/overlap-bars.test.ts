import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { overlapBars, withOwnBars } from '../../bridge/roll/overlap-bars.js';
import { formatHeaderLine, formatTradeLine } from '../../shared/market/events/depth-line.js';
import { temporaryFolder } from '../release/release-fixture.js';

const BEGIN_MS = Date.parse('2019-09-11T17:00:00Z');
const MINUTE_MS = 60_000;

describe('bars of the next contract from before a roll', () => {
  const folder = temporaryFolder();

  /** A trade a minute, in segments of half an hour. */
  const capture = (instrument: string, segments: number) => {
    const header = { kind: 'header' as const, v: 1 as const, instrument, exchange: 'CME', source: 'ib', levels: 10 };
    for (let number = 1, seq = 0; number <= segments; number++) {
      let text = formatHeaderLine({ ...header, tickSize: 0.25, multiplier: 50 });
      for (let minute = 0; minute < 30; minute++, seq++)
        text += formatTradeLine(`${BEGIN_MS + seq * MINUTE_MS}000000`, seq + 1, 2900 + seq, 1, null);
      writeFileSync(path.join(folder(), `dom_ib-${instrument}-2019-09-11-${number}.jsonl`), text);
    }
  };

  it('are those of the last two hours, from its own segments, and no bar that had not ended', async () => {
    capture('ESZ9', 12);
    capture('ESU9', 1);
    writeFileSync(path.join(folder(), 'dom_ib-ESZ9-2019-09-11-13.jsonl.open'), '');
    const bars = await overlapBars(folder(), 'ESZ9');
    // Two hours before the newest segment, and that one but for its last five minutes.
    assert.equal(bars.length, 5 * 6 - 1);
    assert.deepEqual(bars.at(-1), {
      ...{ openMs: BEGIN_MS + 350 * MINUTE_MS, open: 3250, high: 3254, low: 3250, close: 3254, volume: 5 },
    });
    assert.deepEqual(await overlapBars(folder(), 'ESH0'), [], 'nothing was captured');
  });

  it('come before those of the gateway of the same five minutes, and after those from before', () => {
    const bar = (openMs: number, close: number) => ({ openMs, open: 1, high: 9, low: 1, close, volume: 1 });
    assert.deepEqual(withOwnBars([bar(1, 1), bar(2, 2), bar(4, 4)], [bar(2, 7), bar(3, 8)]), [
      bar(1, 1),
      bar(2, 7),
      bar(3, 8),
      bar(4, 4),
    ]);
  });
});
