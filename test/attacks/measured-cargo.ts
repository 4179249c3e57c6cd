import { type Measured, recipeSha256, signMeasurement } from '../../research/evidence/measurement.js';
import { encodeGateReport } from '../../research/gate/index.js';
import { describeFiles } from '../../shared/trust/archive.js';
import { candidateSha256 } from '../../shared/trust/decision.js';
import type { DsseEnvelope } from '../../shared/trust/dsse.js';
import type { SigningKey } from '../../shared/trust/ed25519-key.js';
import { sha256 } from '../release/release-fixture.js';
import type { Cargo } from './cargo.js';

/** What the steps of a ship would have measured on their way to this cargo. */
export function measuredOf({ shipId, files, report, card }: Cargo): Measured[] {
  const { evidence } = report;
  const { priorRelease } = evidence;
  const described = describeFiles(files);
  const ofCandidate = candidateSha256(described);
  const heads = evidence.heads.map(({ head, folds }) => ({
    ...{ head, folds, samplesSha256: sha256(`samples of ${head} of ${shipId}`) },
    onnxSha256: described.find(({ name }) => name === `heads/${head}.onnx`)?.sha256 ?? sha256('no graph'),
    recipeSha256: recipeSha256(card.heads.find(({ spec }) => spec.name === head)!.recipe),
  }));
  const scored = heads.flatMap(({ head, folds, samplesSha256, onnxSha256, recipeSha256: recipe }) =>
    folds.map(({ fold, by }) => ({
      ...{ what: 'fold' as const, shipId, head, fold, samplesSha256, recipeSha256: recipe, priorRelease },
      scoreSha256: sha256(`fold ${fold} of ${head} of ${shipId} against ${priorRelease}`),
      modelsSha256: by === 'refits' ? sha256(`models of fold ${fold} of ${head}`) : null,
      onnxSha256: by === 'files' ? onnxSha256 : null,
    })),
  );
  const days = (evidence.portfolio?.daily ?? []).map(({ tradeDate }) => ({
    ...{ what: 'day' as const, shipId, tradeDate, candidateSha256: ofCandidate, priorRelease },
    daySha256: sha256(`trades of ${tradeDate} of ${shipId} against ${priorRelease}`),
    models: heads.map(({ head }) => ({ head, fold: 0, modelsSha256: sha256(`models of fold 0 of ${head}`) })),
  }));
  return [
    ...heads.map(({ head, samplesSha256 }) => ({
      ...{ what: 'samples' as const, shipId, head, samplesSha256, trainingSetMerkleRoot: card.data.merkleRoot },
    })),
    ...heads.map(({ head, samplesSha256, onnxSha256, recipeSha256: recipe }) => ({
      ...{ what: 'head' as const, shipId, head, samplesSha256, onnxSha256, recipeSha256: recipe },
    })),
    {
      ...{ what: 'candidate', shipId, candidateSha256: ofCandidate },
      heads: heads.map(({ head, onnxSha256 }) => ({ head, onnxSha256 })),
    },
    ...scored,
    ...days,
    {
      ...{ what: 'gate', shipId, candidateSha256: ofCandidate, gateReportSha256: encodeGateReport(report).sha256 },
      folds: scored.map(({ head, fold, scoreSha256 }) => ({ head, fold, scoreSha256 })),
      days: days.map(({ tradeDate, daySha256 }) => ({ tradeDate, daySha256 })),
    },
  ];
}

/** Signing takes long beside all else here, and the same measurement under the same key is the same bytes. */
const made = new Map<string, DsseEnvelope>();

export function signedBy(key: SigningKey, measured: readonly Measured[]): DsseEnvelope[] {
  return measured.map((one) => {
    const name = key.keyid + JSON.stringify(one);
    const envelope = made.get(name) ?? signMeasurement(one, key);
    made.set(name, envelope);
    return envelope;
  });
}
