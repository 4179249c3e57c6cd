import { type GateRun, gatherEvidence } from './gather-evidence.js';
import { judgeGate } from './judge.js';
import type { GateReport } from './report.js';
import { readTrials, recordTrial } from './trials.js';

/**
 * Judges a run of the gate: reads the ledger of trials, writes this run into it BEFORE its verdict exists (a look at the data
 * counts, however it ends), and returns the whole report. Repeating it with the same run changes nothing.
 * @throws BadInput when the ledger has a line that is no trial
 */
export async function concludeGate(run: GateRun, trialLedgerFile: string): Promise<GateReport> {
  const { evidence, trial } = gatherEvidence(run, await readTrials(trialLedgerFile));
  await recordTrial(trialLedgerFile, trial);
  return {
    kind: 'believe.gate-report',
    version: 3,
    verdict: judgeGate(evidence, run.thresholds),
    evidence,
    thresholds: run.thresholds,
  };
}
