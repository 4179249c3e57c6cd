import assert from 'node:assert/strict';
import { reconcilePage } from '../../research/reconcile/page/reconcile-page.js';
import { reconcile } from '../../research/reconcile/reconcile.js';
import type { TestEvent } from '../market/event.js';
import { degrade } from './degrade.js';
import { feedOf, generatedMarket } from './markets.js';

function report(a: readonly TestEvent[], b: readonly TestEvent[], name = 'sierra', synthetic = true) {
  return reconcile({
    ...{ instrument: 'ESU5', tradeDate: '2025-07-03', tickSize: 0.25 },
    ...{ first: feedOf('ib', a, synthetic), second: feedOf(name, b) },
  });
}

describe('the page of a reconciliation', function () {
  this.timeout(30_000);
  const market = generatedMarket(4);

  it('says SYNTHETIC where one feed is, and only there', async () => {
    assert.match(reconcilePage(await report(market, market)), /<title>SYNTHETIC ESU5.*SYNTHETIC: every number/s);
    assert.doesNotMatch(reconcilePage(await report(market, market, 'sierra', false)), /SYNTHETIC/);
  });

  it('has every plot, described for those who hear it, and no number that is none', async () => {
    const damaged = degrade(market, { seed: 1, jitterMs: 20, dropShare: 0.01, step: { at: 0.5, ms: 900 } });
    const page = reconcilePage(await report(market, damaged.events));
    assert.equal(page.match(/<svg [^>]*aria-label="[^"]{20,}"/g)?.length, 6);
    assert.doesNotMatch(page, /NaN|Infinity|undefined|null/);
  });

  it('is a page with nothing to compare too', async () => {
    for (const page of [reconcilePage(await report([], market)), reconcilePage(await report([], []))]) {
      assert.match(page, /nothing to compare/);
      assert.doesNotMatch(page, /NaN|Infinity|undefined/);
    }
    const trades = market.filter(({ kind }) => kind === 'trade').slice(0, 2);
    assert.doesNotMatch(reconcilePage(await report(trades, trades)), /NaN|Infinity|undefined/);
  });

  it('cannot be broken by the name of a feed', async () => {
    assert.doesNotMatch(reconcilePage(await report(market, market, '<script>x</script>')), /<script>/);
  });
});
