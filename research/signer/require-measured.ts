import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { candidateSha256 } from '../../shared/trust/decision.js';
import { dsseEnvelope } from '../../shared/trust/dsse.js';
import type { VerifyingKey } from '../../shared/trust/ed25519-key.js';
import type { SignedFile } from '../../shared/trust/statement.js';
import { type MeasuredThing, type Measurement, measurementIn, recipeSha256 } from '../evidence/measurement.js';
import { EvidenceRefused, type JudgedDossier } from './judge-dossier.js';

/** More than any ship has folds, heads and comparisons. */
const ENVELOPES_MAX = 20_000;
const envelopes = z.array(dsseEnvelope).max(ENVELOPES_MAX);

type Said<W extends MeasuredThing> = Extract<Measurement, { what: W }>;

/**
 * Every number that the verdict rests upon was measured by a process whose key the signer knows, for this ship: from the
 * training set to samples, from samples to heads and folds, from heads to the candidate, from folds and the trades of their models to the
 * report.
 * @throws EvidenceRefused `unmeasured`
 */
export function requireMeasured(ask: {
  readonly shipId: string;
  readonly candidate: readonly SignedFile[];
  readonly gateReportSha256: string;
  readonly judged: JudgedDossier;
  /** Absent in ships that were gated before results were signed. */
  readonly measurements: Buffer | null;
  readonly measurers: readonly VerifyingKey[];
}): void {
  const { shipId, candidate, gateReportSha256, judged, measurers } = ask;
  if (ask.measurements === null) throw unmeasured('the ship carries no signed measurements');
  const said = envelopesIn(ask.measurements)
    .map((envelope) => measurementIn(envelope, measurers))
    .filter((one) => one !== null && one.shipId === shipId) as Measurement[];
  const find = <W extends MeasuredThing>(what: W, name: string, meant: Partial<Said<W>>): Said<W> => {
    const fields = Object.entries(meant) as [keyof Said<W>, unknown][];
    const found = said.find(
      (one): one is Said<W> => one.what === what && fields.every(([field, value]) => (one as Said<W>)[field] === value),
    );
    if (found) return found;
    throw unmeasured(`no process that the signer knows has signed ${name}`);
  };

  const { evidence } = judged.report;
  const { data, heads } = judged.card;
  const ofCandidate = { candidateSha256: candidateSha256(candidate) };
  const gate = find('gate', 'this report about this candidate', { ...ofCandidate, gateReportSha256 });
  const assembled = find('candidate', 'this candidate', ofCandidate);
  for (const { head, folds } of evidence.heads) {
    const recipe = recipeSha256(heads.find(({ spec }) => spec.name === head)?.recipe ?? {});
    const onnxSha256 = candidate.find(({ name }) => name === `heads/${head}.onnx`)?.sha256 ?? '';
    if (!assembled.heads.some((one) => one.head === head && one.onnxSha256 === onnxSha256))
      throw unmeasured(`the candidate was put together with another head ${head}`);
    const trained = find('head', `the training of ${head}`, { head, onnxSha256, recipeSha256: recipe });
    const { samplesSha256 } = trained;
    find('samples', `the samples of ${head}`, { head, samplesSha256, trainingSetMerkleRoot: data.merkleRoot });
    const { priorRelease } = evidence;
    for (const { fold, by } of folds) {
      const name = `fold ${fold + 1} of ${head}`;
      const scoreSha256 = gate.folds.find((one) => one.head === head && one.fold === fold)?.scoreSha256;
      if (scoreSha256 === undefined) throw unmeasured(`the report was reckoned without ${name}`);
      const scored = { head, fold, priorRelease, samplesSha256, scoreSha256, recipeSha256: recipe };
      find('fold', name, by === 'files' ? { ...scored, onnxSha256 } : scored);
    }
  }
  const { priorRelease, portfolio } = evidence;
  for (const { tradeDate, daySha256 } of gate.days) {
    const name = `the trades of ${tradeDate}`;
    const { models } = find('day', name, { tradeDate, priorRelease, daySha256, ...ofCandidate });
    for (const { head, fold, modelsSha256 } of models)
      find('fold', `the models of ${head} that made ${name}`, { head, fold, priorRelease, modelsSha256 });
  }
  const traded = portfolio?.daily.map(({ tradeDate }) => tradeDate) ?? [];
  const signed = gate.days.map(({ tradeDate }) => tradeDate);
  if (portfolio !== null && !isDeepStrictEqual(traded, signed.sort()))
    throw unmeasured('the report was reckoned from other trade dates');
  const inReport = evidence.heads.reduce((sum, { folds }) => sum + folds.length, 0);
  if (gate.folds.length !== inReport) throw unmeasured('the report was reckoned from other folds');
}

function unmeasured(message: string): EvidenceRefused {
  return new EvidenceRefused('unmeasured', message);
}

function envelopesIn(bytes: Buffer): z.infer<typeof envelopes> {
  try {
    return envelopes.parse(JSON.parse(bytes.toString('utf8')));
  } catch (error) {
    throw unmeasured(`the list of measurements cannot be read: ${(error as Error).message.slice(0, 200)}`);
  }
}
