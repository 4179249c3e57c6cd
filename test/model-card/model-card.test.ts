import assert from 'node:assert/strict';
import { gatherEvidence } from '../../research/gate/gather-evidence.js';
import { judgeGate } from '../../research/gate/judge.js';
import { encodeGateReport, type GateReport } from '../../research/gate/report.js';
import { buildModelCard } from '../../research/model-card/build-model-card.js';
import { modelCard } from '../../research/model-card/model-card.js';
import type { ModelCardFacts } from '../../research/model-card/model-card-facts.js';
import { fitEnsemble } from '../../research/training/fit-ensemble.js';
import { trainHead } from '../../research/training/train-head.js';
import type { TrainedHead, TrainedHeadRecord } from '../../research/training/trained-head.js';
import { trainingConfig } from '../../shared/config/training.js';
import type { HeadSamples } from '../../shared/model/heads/head.js';
import { THRESHOLDS, tinyRecipe, tinyRun, tinySamples } from '../gate/tiny-market.js';
import { library } from '../training/library.js';
import { RECIPE, randomSamples } from '../training/random-samples.js';

async function reportOf(samples: readonly HeadSamples[], withPrior: boolean): Promise<GateReport> {
  const run = await tinyRun({ samples, candidate: tinyRecipe(0), prior: withPrior ? tinyRecipe(1) : null });
  const { evidence } = gatherEvidence(run, []);
  const verdict = judgeGate(evidence, THRESHOLDS);
  return { kind: 'believe.gate-report', version: 3, verdict, evidence, thresholds: THRESHOLDS };
}

describe('the model card', () => {
  const longEnough = tinySamples({ seed: 1, days: 40, rowsPerDay: 120, signal: 0.3 });
  let head: TrainedHeadRecord;
  let said: TrainedHead['said'];
  let facts: ModelCardFacts;
  before(async () => {
    const samples = randomSamples(2000, 1, 3);
    ({ record: head, said } = await trainHead({ samples, recipe: RECIPE, library, synthetic: true }));
    const gate = await reportOf([longEnough], true);
    facts = {
      shipId: 'ship/2014-01-16',
      createdAt: '2014-01-16T22:30:00.000Z',
      instrument: 'ESZ5',
      recipeName: 'improved',
      synthetic: true,
      codeCommit: '0123456789abcdef',
      lockfileSha256: '1'.repeat(64),
      training: {
        merkleRoot: '2'.repeat(64),
        rowsLeftOut: 3,
        daysLeftOut: [],
        doubtful: { spans: 2, seconds: 90, dates: 1, notCompared: 3 },
        shards: [
          {
            name: 'dom_ib-ESZ5-2014-01-02-1.jsonl',
            ...{ dataset: 'mbp10', instrument: 'ESZ5', tradeDate: '2014-01-02', rows: 5000 },
            ...{ bytes: 1_234_567, sha256: '3'.repeat(64) },
          },
        ],
      },
      samples: {
        synthetic: true,
        sources: 1,
        events: 5000,
        bars: 0,
        missingVolumes: 4,
        gaps: 2,
        heads: { F2_dom: { kept: 2000, dropped: { cold: 31 }, perClass: [1, 1, 1] } },
      },
      heads: [head],
      ensemble: fitEnsemble([said], trainingConfig.parse({}).policy),
      gate,
      gateReportSha256: encodeGateReport(gate).sha256,
      tickValue: 12.5,
      currency: 'USD',
      lifetimeDays: 30,
    };
  });

  it('is read back as it was written, and is the same bytes for the same facts', () => {
    const { card, json, html } = buildModelCard(facts);
    assert.deepEqual(modelCard.parse(JSON.parse(json)), card);
    assert.equal(buildModelCard(facts).json, json);
    assert.equal(buildModelCard(facts).html, html);
  });

  it('says SYNTHETIC in the title and above everything, and only where it is', () => {
    const { html } = buildModelCard(facts);
    assert.match(html, /<title>SYNTHETIC /);
    assert.ok(html.indexOf('class="banner"') < html.indexOf('<main>'));
    const real = buildModelCard({ ...facts, synthetic: false }).html;
    assert.doesNotMatch(real, /SYNTHETIC/);
  });

  it('shows every hash, the seed, the units and the interval of the result', () => {
    const { html, card } = buildModelCard(facts);
    const hashes = [
      card.data.merkleRoot,
      card.data.shards[0]!.sha256,
      card.code.lockfileSha256,
      card.featureSchemaSha256,
      card.gateReportSha256,
      head.onnxSha256,
      head.boosterSha256,
      library.sha256,
    ];
    for (const hash of hashes) assert.ok(html.includes(hash), hash);
    for (const { name, unit } of card.features) assert.ok(html.includes(`<code>${name}</code>`) && unit.length > 0);
    assert.equal(card.features.length, head.spec.features.length);
    assert.match(html, /90 %: -?\d+/);
    assert.match(html, /cold 31/);
  });

  it('draws reliability, deciles, the cumulative result, its costs and the importance, each with words for those who cannot see it', () => {
    const pictures = buildModelCard(facts).html.match(/<svg [^>]*>/g)!;
    assert.equal(pictures.length, 5);
    for (const picture of pictures) assert.match(picture, /role="img" aria-label="[^"]{20,}"/);
  });

  it('needs nothing from outside and runs nothing', () => {
    const { html } = buildModelCard(facts);
    assert.doesNotMatch(html, /<script|https?:|url\(|@import|<img|<link|\son\w+=/i);
    assert.match(html, /default-src 'none'/);
  });

  it('is well-formed, whatever the gate knew', async () => {
    const tooShort = tinySamples({ seed: 2, days: 1, rowsPerDay: 10, signal: 0.3 });
    const [first, nothing] = [await reportOf([longEnough], false), await reportOf([tooShort], false)];
    for (const gate of [facts.gate, first, nothing]) assertWellFormed(buildModelCard({ ...facts, gate }).html);
    const { html, card } = buildModelCard({ ...facts, gate: nothing });
    assert.match(html, /class="verdict hold"/);
    assert.match(html, /No fold could be scored/);
    assert.ok(html.includes('Only'), 'the shortfall is said');
    assert.ok(card.limits.some((limit) => limit.includes('nothing is known')));
  });

  it('cannot be broken by a name or a reason', () => {
    const hostile = `<script>alert("1")</script>&'`;
    const gate = structuredClone(facts.gate) as unknown as { verdict: { verdict: string; reasons: unknown[] } };
    gate.verdict = {
      ...gate.verdict,
      verdict: 'hold',
      reasons: [{ rule: 'pbo', sentence: hostile, value: null, threshold: null }],
    };
    const { html } = buildModelCard({ ...facts, shipId: hostile, gate: gate as unknown as GateReport });
    assert.doesNotMatch(html, /<script/);
    assert.ok(html.includes('&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;&#38;&#39;'));
    assertWellFormed(html);
  });

  it('states when to stop, from numbers that the gate measured', () => {
    const { killCriteria } = buildModelCard(facts).card;
    const drawdown = killCriteria.find(({ unit }) => unit === 'ticks')!;
    assert.equal(drawdown.value, 1.5 * facts.gate.evidence.portfolio!.candidate.maxDrawdownTicks);
    assert.ok(killCriteria.some(({ unit, value }) => unit === 'nats' && value > 0));
  });

  it('refuses facts that are no card', () => {
    assert.throws(() => buildModelCard({ ...facts, lockfileSha256: 'unknown' }), { name: 'ZodError' });
  });
});

const VOID = new Set(['meta', '!doctype']);

/** Every element is closed in the order in which it was opened. */
function assertWellFormed(html: string): void {
  const open: string[] = [];
  for (const [, closing, name, own] of html.matchAll(/<(\/?)([!a-z][a-z0-9]*)(?:\s[^>]*?)?(\/?)>/gi)) {
    const element = name!.toLowerCase();
    if (VOID.has(element) || own === '/') continue;
    if (closing === '/') assert.equal(open.pop(), element);
    else open.push(element);
  }
  assert.deepEqual(open, []);
  assert.doesNotMatch(html, /[>"] ?(undefined|NaN)\b|\[object/);
}
