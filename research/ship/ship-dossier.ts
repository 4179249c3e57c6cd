import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { Failure } from '../../shared/failure.js';
import type { Decision } from '../../shared/orchestration/ship/messages.js';
import { describeFiles } from '../../shared/trust/archive.js';
import { candidateSha256, type DecisionSubject, signedDecision } from '../../shared/trust/decision.js';
import { GATE_REPORT_FILE } from '../../shared/trust/statement.js';
import { MODEL_CARD_HTML, MODEL_CARD_JSON } from '../model-card/build-model-card.js';
import { readCandidate } from '../release/build-release.js';
import type { Inbox } from '../signer/inbox.js';
import type { Dossier } from '../signer/messages.js';
import { measurementsOf } from './measured.js';
import type { ShipFolder } from './ship-folder.js';
import { readPlan } from './ship-plan.js';

/**
 * What the ship's own records say is to be signed, laid into the signer's inbox. Nothing of it comes from whoever asks,
 * but for the decision, which is worth what its signatures are worth.
 * @throws Failure 'NotGated' before the gate has spoken
 */
export function layOutDossier(folder: ShipFolder, shipId: string, decision: Decision | null, inbox: Inbox): Dossier {
  const files = readCandidate(folder.file('candidate'));
  for (const bytes of files.values()) inbox.put(bytes);
  const { product } = readPlan(folder);
  const measurements = measurementsOf(folder);
  return {
    shipId,
    candidate: describeFiles(files),
    gateReportSha256: inbox.put(recordOf(folder, GATE_REPORT_FILE)),
    cardJsonSha256: inbox.put(recordOf(folder, MODEL_CARD_JSON)),
    cardHtmlSha256: inbox.put(recordOf(folder, MODEL_CARD_HTML)),
    ...(measurements ? { measurementsSha256: inbox.put(measurements) } : {}),
    ...(product ? { product } : {}),
    decision: signedOnly(decision),
  };
}

/** What a decision on this ship must be about. @throws Failure 'NotGated' */
export function decisionSubject(folder: ShipFolder, shipId: string): Required<DecisionSubject> {
  return {
    shipId,
    candidateSha256: candidateSha256(describeFiles(readCandidate(folder.file('candidate')))),
    gateReportSha256: createHash('sha256').update(recordOf(folder, GATE_REPORT_FILE)).digest('hex'),
  };
}

/** An unsigned decision is none: the signer says so where one is needed. */
function signedOnly(decision: Decision | null): Dossier['decision'] {
  const parsed = signedDecision.safeParse(decision);
  return parsed.success ? parsed.data : null;
}

function recordOf(folder: ShipFolder, name: string): Buffer {
  const file = folder.file(name);
  if (!existsSync(file))
    throw new Failure('NotGated', `${file} is missing: the gate has not spoken`, 'start a new ship');
  return folder.readOwn(name, RECORD_BYTES_MAX);
}

/** A report or a card; real ones have some hundred kB. */
const RECORD_BYTES_MAX = 64 * 2 ** 20;
