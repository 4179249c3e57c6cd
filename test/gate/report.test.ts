import assert from 'node:assert/strict';
import { gatherEvidence } from '../../research/gate/gather-evidence.js';
import { judgeGate } from '../../research/gate/judge.js';
import { encodeGateReport, type GateReport, gateReport } from '../../research/gate/report.js';
import { gateMarkdown } from '../../research/gate/report-markdown.js';
import { GATE_METHOD, gateThresholds } from '../../shared/config/gate-thresholds.js';
import { loadConfig } from '../../shared/node/config/load-config.js';
import { THRESHOLDS, tinyRecipe, tinyRun, tinySamples } from './tiny-market.js';

async function reportOf(prior: boolean): Promise<GateReport> {
  const samples = [
    tinySamples({ seed: 1, days: 40, rowsPerDay: 120, signal: 0.3 }),
    tinySamples({ seed: 2, days: 1, rowsPerDay: 10, signal: 0.3, head: 'Tick_ML' }),
  ];
  const run = await tinyRun({ samples, candidate: tinyRecipe(2), prior: prior ? tinyRecipe(0) : null });
  const { evidence } = gatherEvidence(run, []);
  const verdict = judgeGate(evidence, THRESHOLDS);
  return { kind: 'believe.gate-report', version: 3, verdict, evidence, thresholds: THRESHOLDS };
}

describe('the gate report', () => {
  it('has the same bytes for the same content, in whatever order its keys were put in', async () => {
    const report = await reportOf(true);
    const reversed = reverseKeys(report) as GateReport;
    assert.notEqual(JSON.stringify(reversed), JSON.stringify(report));
    assert.equal(encodeGateReport(reversed).sha256, encodeGateReport(report).sha256);
  });

  it('reads back as it was written: no number is lost to JSON', async () => {
    for (const prior of [true, false]) {
      const report = await reportOf(prior);
      const { bytes } = encodeGateReport(report);
      assert.deepEqual(gateReport.parse(JSON.parse(new TextDecoder().decode(bytes))), report);
    }
  });

  it('carries the method of the gate beside the thresholds of the settings, with its bytes as they always were', () => {
    const { gate } = loadConfig({ env: {} });
    const judgedBy = gateThresholds.parse(gate);
    assert.equal(Object.keys(gate).length + Object.keys(GATE_METHOD).length, Object.keys(judgedBy).length);
    assert.equal(
      JSON.stringify(judgedBy),
      '{"foldsMin":6,"tradeDatesMin":8,"initialTrainShare":0.4,"testRowsMin":100,"embargoMs":0,' +
        '"keptDates":2,"holeWeekdaysMax":10,"trainedRowsDropMax":0.2,"driftSignificance":0.0001,"permutationSignificance":0.0001,"seedsPerArm":3,' +
        '"significance":0.08,"calibrationErrorMax":0.05,"calibrationErrorRiseMax":0.01,"hitRateDropMax":0.01,' +
        '"turnoverRiseMax":0.25,"tradesMin":30,"deflatedSharpeMin":0.95,"deflatedSharpeUpdateMin":0.5,' +
        '"logLossDropMax":0.015,"skillMax":0.3,"pboMax":0.5,"pboPartitions":8,"costMargin":1}',
    );
  });

  it('of an older ship is read with the method that judged it', async () => {
    const thresholds = { ...THRESHOLDS, embargoMs: 5000, pboPartitions: 6 };
    const { bytes } = encodeGateReport({ ...(await reportOf(true)), thresholds });
    assert.deepEqual(gateReport.parse(JSON.parse(new TextDecoder().decode(bytes))).thresholds, thresholds);
  });

  it('gives cumulative earnings of both sides that end in their totals', async () => {
    const { portfolio } = (await reportOf(true)).evidence;
    const last = portfolio!.daily.at(-1)!;
    assert.ok(Math.abs(last.candidateCumulativeTicks - portfolio!.candidate.netTicks) < 1e-6);
    assert.ok(Math.abs(last.priorCumulativeTicks! - portfolio!.prior!.netTicks) < 1e-6);
  });

  it('becomes markdown that shows verdict, reasons, both sides, and that the market is SYNTHETIC', async () => {
    const report = await reportOf(true);
    const markdown = gateMarkdown(report);
    assert.match(markdown, /^\*\*Gate: hold\*\* \(against believe-v1; SYNTHETIC market data\)/);
    for (const { sentence } of report.verdict.reasons) assert.ok(markdown.includes(`- ${sentence}`));
    assert.match(markdown, /\| F2_dom \| 6 \| 0\.\d{4} \/ 0\.\d{4} \|/);
    assert.match(markdown, /\| Tick_ML \| none \|/);
    assert.match(markdown, /\| net ticks \| .+ \| .+ \|/);
  });

  it('keeps its markdown within 8 kB whatever the number and length of reasons', async () => {
    const report = await reportOf(false);
    const reason = { rule: 'data' as const, sentence: `Ü${'long '.repeat(60)}.`, value: null, threshold: null };
    const wordy = { ...report, verdict: { ...report.verdict, reasons: new Array(50).fill(reason) } };
    const markdown = gateMarkdown(wordy);
    assert.ok(Buffer.byteLength(markdown) <= 8192);
    assert.match(markdown, /\(shortened; the report has it all\)$/);
    assert.doesNotMatch(markdown, /\uFFFD/);
  });
});

function reverseKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reverseKeys);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reverseKeys(inner)]),
  );
}
