import assert from 'node:assert/strict';
import type { ReconcileReport } from '../../research/reconcile/report.js';

/** Nothing is lost between the figures. */
export function assertAddsUp({ first, second, minutes }: ReconcileReport): void {
  for (const feed of [first, second]) {
    assert.equal(feed.matchedContracts + feed.onlyContracts, feed.contracts);
    assert.equal(feed.matchedTrades + feed.partTrades + feed.onlyTrades, feed.trades);
    const inSpans = feed.onlySpans.reduce((sum, { contracts }) => sum + contracts, 0);
    assert.equal(inSpans + feed.onlySpansLeftOut.contracts, feed.onlyContracts);
  }
  assert.equal(first.matchedContracts, second.matchedContracts);
  for (const side of ['first', 'second'] as const)
    for (const what of ['trades', 'contracts', 'matchedContracts'] as const)
      assert.equal(
        minutes.reduce((sum, minute) => sum + minute[side][what], 0),
        { first, second }[side][what],
      );
}
