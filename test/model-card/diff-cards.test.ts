import assert from 'node:assert/strict';
import { diffCards } from '../../research/model-card/diff-cards.js';

const head = { spec: { name: 'F2_dom', horizonMs: 10_000 }, recipe: { rounds: 40, seed: 1 }, data: { rows: 900 } };
const card = {
  ...{ recipeName: 'base', heads: [head], ensemble: { weights: { F2_dom: 0.9 } }, createdAt: '2025-06-01' },
  data: { merkleRoot: 'aa', shards: [1, 2] },
  gate: { verdict: { outcome: 'pass' }, evidence: { portfolio: { candidate: { netTicks: 310 } } } },
};

describe('the difference of two model cards', () => {
  it('names each field of heads, recipe, data, policy and result that differs, and no other', () => {
    const later = structuredClone(card);
    later.createdAt = '2025-07-01';
    later.heads[0]!.recipe.rounds = 60;
    later.data.shards.push(3);
    later.gate.evidence.portfolio.candidate.netTicks = 320;
    assert.deepEqual(diffCards(card, later), [
      { field: 'gate.evidence.portfolio.candidate.netTicks', from: 310, to: 320 },
      { field: 'data.shards', from: 2, to: 3 },
      { field: 'F2_dom.recipe.rounds', from: 40, to: 60 },
    ]);
    assert.deepEqual(diffCards(card, structuredClone(card)), []);
  });

  it('reads cards of other code: what one has and the other has not is said as such', () => {
    const differences = diffCards(card, { heads: [{ ...head, spec: { name: 'New', horizonMs: 5 } }] });
    assert.ok(
      differences.some(({ field, from, to }) => field === 'New.spec.horizonMs' && from === undefined && to === 5),
    );
    assert.ok(differences.some(({ field, to }) => field === 'F2_dom.recipe.rounds' && to === undefined));
    assert.deepEqual(diffCards({}, {}), []);
  });
});
