import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { GateThresholds } from '../../shared/config/gate-thresholds.js';
import { Failure } from '../../shared/failure.js';
import { jsonOfFormat } from '../../shared/formats/version-found.js';
import { candidateSha256 } from '../../shared/trust/decision.js';
import type { SignedFile } from '../../shared/trust/statement.js';
import { encodeGateReport, type GateReport, gateReport, judgeGate } from '../gate/index.js';
import { type ModelCard, modelCard } from '../model-card/model-card.js';

export interface JudgedDossier {
  readonly report: GateReport;
  readonly card: ModelCard;
}

/**
 * Reads the gate's report again and judges it again, by the rules of the gate: a verdict is never believed, and neither
 * is a report about another ship, another candidate, another release to compare with, or a part of the heads or folds.
 * @param thresholds the signer's own: a report that was judged by laxer ones holds
 * @throws EvidenceRefused
 */
export function judgeDossier(ask: {
  readonly shipId: string;
  readonly candidate: readonly SignedFile[];
  readonly report: Buffer;
  readonly card: Buffer;
  /** Name of the release that trades now; null before the first. */
  readonly liveRelease: string | null;
  readonly thresholds: GateThresholds;
  /** The signer's own: the heads that a release must be made of. */
  readonly heads: readonly string[];
}): JudgedDossier {
  const report = reportIn(ask.report);
  const { evidence } = report;
  if (evidence.runId !== ask.shipId) throw new EvidenceRefused('other-ship', `the report is of ${evidence.runId}`);
  if (evidence.candidateSha256 !== candidateSha256(ask.candidate)) {
    const named = evidence.candidateSha256;
    throw new EvidenceRefused(
      'other-candidate',
      named === undefined ? 'the report names no candidate' : `the gate judged candidate ${named}`,
    );
  }
  if (evidence.priorRelease !== ask.liveRelease) {
    throw new EvidenceRefused(
      'other-prior',
      `it was compared with ${evidence.priorRelease ?? 'nothing'}, and ${ask.liveRelease ?? 'nothing'} trades`,
    );
  }
  refuseOtherHeads(ask.candidate, ask.heads);
  refuseMissingFolds(evidence, ask.heads);
  refuseUnearnedPass(report, ask.thresholds);
  return { report, card: cardOf(ask, report) };
}

export type EvidenceFault =
  | 'malformed'
  | 'other-ship'
  | 'other-candidate'
  | 'other-prior'
  | 'other-heads'
  | 'missing-folds'
  | 'verdict'
  | 'card'
  | 'unmeasured';

export class EvidenceRefused extends Failure {
  constructor(
    readonly fault: EvidenceFault,
    message: string,
  ) {
    super('EvidenceRefused', `the gate's evidence is refused: ${message}`, 'start a new ship', { fault });
  }
}

const formerReport = z.object({
  kind: z.literal('believe.gate-report'),
  version: z.union([z.literal(1), z.literal(2)]),
});

function reportIn(bytes: Buffer): GateReport {
  let report: GateReport;
  try {
    const json = jsonOfFormat('gate report', 'gate-report.json', bytes.toString('utf8'));
    if (formerReport.safeParse(json).success)
      throw new Error('an earlier version of the gate made it, by rules that do not hold any more');
    report = gateReport.parse(json);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new EvidenceRefused('malformed', `no gate report: ${(error as Error).message.slice(0, 200)}`);
  }
  // One form: what another reader would take from a second key of the same name cannot be in it.
  if (!bytes.equals(encodeGateReport(report).bytes))
    throw new EvidenceRefused('malformed', 'not as the gate writes it');
  return report;
}

/** A head that is in the candidate would trade: one that no gate has judged must not be there, and none may be left out. */
function refuseOtherHeads(candidate: readonly SignedFile[], heads: readonly string[]): void {
  const names = new Set(
    candidate.flatMap(({ name }) => (name.startsWith('heads/') ? [name.slice(6).replace(/\.(?:json|onnx)$/, '')] : [])),
  );
  if (!isSameList([...names], heads)) {
    throw new EvidenceRefused('other-heads', `the candidate has ${list(names)}, and a release has ${list(heads)}`);
  }
}

/** Of a part of the heads or folds the best could be chosen. */
function refuseMissingFolds({ heads }: GateReport['evidence'], all: readonly string[]): void {
  const names = heads.map(({ head }) => head);
  if (!isSameList(names, all)) throw new EvidenceRefused('missing-folds', `it is about ${list(names)}`);
  for (const { head, data, folds } of heads) {
    const planned = Array.from({ length: data.foldsPlanned }, (_, fold) => fold);
    if (
      !isDeepStrictEqual(
        folds.map(({ fold }) => fold),
        planned,
      )
    ) {
      throw new EvidenceRefused('missing-folds', `${folds.length} of ${data.foldsPlanned} folds of ${head} are in it`);
    }
  }
}

function refuseUnearnedPass({ verdict, evidence, thresholds }: GateReport, own: GateThresholds): void {
  if (verdict.verdict !== 'pass') return;
  for (const limits of [thresholds, own]) {
    const [reason] = judgeGate(evidence, limits).reasons;
    if (reason) throw new EvidenceRefused('verdict', `it says pass where the gate holds: ${reason.sentence}`);
  }
}

/** The card that people decide on tells of this report and of these heads. */
function cardOf(
  ask: { shipId: string; candidate: readonly SignedFile[]; card: Buffer; heads: readonly string[] },
  report: GateReport,
): ModelCard {
  let card: ModelCard;
  try {
    card = modelCard.parse(jsonOfFormat('model card', 'model-card.json', ask.card.toString('utf8')));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new EvidenceRefused('card', `no model card: ${(error as Error).message.slice(0, 200)}`);
  }
  const { sha256 } = encodeGateReport(report);
  const hashOf = (name: string) => ask.candidate.find((file) => file.name === name)?.sha256;
  const fits =
    card.shipId === ask.shipId &&
    card.gateReportSha256 === sha256 &&
    encodeGateReport(card.gate).sha256 === sha256 &&
    card.synthetic === report.evidence.synthetic &&
    card.featureSchemaSha256 === hashOf('feature-schema.json') &&
    isSameList(
      card.heads.map(({ spec }) => spec.name),
      ask.heads,
    ) &&
    card.heads.every(({ spec, onnxSha256 }) => onnxSha256 === hashOf(`heads/${spec.name}.onnx`));
  if (!fits) throw new EvidenceRefused('card', 'the model card tells of another ship, report or candidate');
  return card;
}

function isSameList(names: readonly string[], others: readonly string[]): boolean {
  return isDeepStrictEqual([...names].sort(), [...others].sort());
}

function list(names: Iterable<string>): string {
  return [...names].join(', ') || 'no head';
}
