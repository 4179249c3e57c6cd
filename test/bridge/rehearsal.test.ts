import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { Rehearsal } from '../../bridge/decide/rehearsal.js';
import { createMarketClock } from '../../shared/market/clock/market-clock.js';

const BEGIN_MS = 1_567_090_000_500;

describe('a rehearsal', () => {
  let walks: number[];
  let rehearsal: Rehearsal;
  let isWanted: boolean;
  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout', 'Date'], now: BEGIN_MS });
    walks = [];
    isWanted = true;
    const walk = () => walks.push(Date.now());
    rehearsal = new Rehearsal(createMarketClock({ kind: 'real' }), () => isWanted, walk);
    rehearsal.start();
  });
  afterEach(() => {
    rehearsal.stop();
    mock.timers.reset();
  });

  const pass = (ms: number) => {
    for (let i = 0; i < ms; i++) mock.timers.tick(1);
  };

  it('is held around each second of market time, when a decision falls due, and at no other time', () => {
    pass(3000);
    const seconds = new Set(walks.map((ms) => Math.round(ms / 1000)));
    assert.deepEqual(
      [...seconds],
      [1, 2, 3].map((n) => Math.floor(BEGIN_MS / 1000) + n),
    );
    assert.ok(walks.every((ms) => Math.abs(ms - 1000 * Math.round(ms / 1000)) <= 20));
    assert.ok(walks.length > 10);
  });

  it('is not held while no order could come of it', () => {
    isWanted = false;
    pass(3000);
    assert.deepEqual(walks, []);
  });

  it('ends with the decision, and comes again for the next', () => {
    pass(500);
    rehearsal.done();
    const before = walks.length;
    assert.ok(before > 0);
    pass(900);
    assert.equal(walks.length, before);
    pass(100);
    assert.ok(walks.length > before);
  });
});
