import assert from 'node:assert/strict';
import { standingOf } from '../../dashboard/pages/standing.js';
import { marketAt } from '../../research/public/public-documents.js';
import { createMarketClock } from '../../shared/market/clock/market-clock.js';
import { stateAt } from './posts.js';

const NOW = Date.parse('2025-03-03T18:00:00Z');
const at = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();

describe('how things stand', () => {
  const fine = stateAt(NOW);
  const bridge = fine.bridge!;
  const word = (changes: Partial<typeof fine>) => standingOf({ ...fine, ...changes }, NOW).word;
  const closed = { time: at(0), isOpen: false, until: at(-3600) };

  it('is what was last signed, as long as it is young', () => {
    assert.equal(standingOf(null, NOW).word, 'empty');
    assert.equal(word({}), 'up');
    assert.equal(word({ at: at(301) }), 'stale');
    assert.equal(word({ bridge: null }), 'down');
    assert.equal(word({ bridge: { ...bridge, at: at(121) } }), 'down');
    assert.equal(word({ bridge: { ...bridge, isUp: false } }), 'down');
    assert.equal(word({ bridge: { ...bridge, lastTickAt: at(121) } }), 'down');
    assert.equal(word({ bridge: { ...bridge, lastTickAt: null } }), 'down');
    assert.equal(word({ bridge: { ...bridge, trading: 'halted' } }), 'halted');
  });

  it('is closed, and not down, where the market is closed; and old where it is old', () => {
    const quiet = { ...bridge, at: at(5000), isUp: false, lastTickAt: at(90_000) };
    assert.equal(word({ market: closed, bridge: quiet }), 'closed');
    assert.equal(word({ market: closed, bridge: quiet, at: at(301) }), 'stale');
    assert.equal(word({ market: { ...closed, until: at(1) }, bridge: quiet }), 'down', 'it has opened since');
  });

  it('takes the market by its calendar: nights, the maintenance hour, weekends and holidays', () => {
    const clock = createMarketClock({ kind: 'real' });
    const of = (time: string) => marketAt({ instrument: 'ESH5', clock, nowMs: Date.parse(time) });
    for (const [time, isOpen, until] of [
      ['2025-03-03T18:00:00Z', true, '2025-03-03T22:00:00.000Z'],
      ['2025-03-03T22:30:00Z', false, '2025-03-03T23:00:00.000Z'],
      ['2025-03-04T03:00:00Z', true, '2025-03-04T22:00:00.000Z'],
      ['2025-03-01T18:00:00Z', false, null],
      ['2025-12-25T18:00:00Z', false, null],
    ] as const) {
      const market = of(time);
      assert.equal(market.isOpen, isOpen, time);
      if (until !== null) assert.equal(market.until, until, time);
    }
  });
});
