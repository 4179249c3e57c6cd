import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { homePlaces } from '../../shared/config/home-places.js';
import type { SearchResult } from '../../shared/orchestration/search/messages.js';
import { TestHome } from '../ship/test-home.js';

describe('a search for a recipe, on a SYNTHETIC market', function () {
  this.timeout(300_000);
  let testHome: TestHome;
  beforeEach(async () => {
    testHome = await TestHome.open({ BELIEVE_INPUT_DAYS: '9', BELIEVE_INPUT_MINUTES_PER_DAY: '12' });
  });
  afterEach(() => testHome.close());

  it('tries what it draws, finds one that forecasts better, counts every try, and survives a killed worker', async () => {
    const stack = testHome.start('up');
    await stack.until(/held:|LIVE:/);
    const ledger = () => readFileSync(homePlaces(testHome.home).research.trials, 'utf8').trim().split('\n');
    const before = ledger().length;
    const search = testHome.start('search', 'run', '--head', 'XGB_5m', '--tries', '5', '--seed', '3', '--json');
    await search.until(/search\//);
    setTimeout(() => process.kill(testHome.pidOf('research')!, 'SIGKILL'), 3000);
    const { code, stdout, stderr } = await search.ended;
    assert.equal(code, 0, stderr);
    const result = JSON.parse(stdout) as SearchResult & { workflowId: string };
    assert.deepEqual([result.head, result.tried, result.synthetic], ['XGB_5m', 6, true]);
    assert.ok(result.best.logLoss <= result.base.logLoss, JSON.stringify(result));
    assert.equal(result.trialsCounted, before + 6);
    const tried = ledger().filter((line) => line.includes(result.workflowId));
    assert.equal(tried.length, 6);
    const wrong = await testHome.believe('search', 'run', '--head', 'Nothing', '--tries', '2');
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /no folds of Nothing/);
    await stack.stop();
  });
});
