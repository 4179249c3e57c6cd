import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { CONTROL_FILES, tradingControl } from '../../shared/contract/trading-control.js';
import { Failure } from '../../shared/failure.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { sha256Hex } from '../../shared/reference.js';
import type { Observation } from './contract.js';
import { lastSwap } from './swap-handover.js';

/** The kill switch must not fail because a workflow has too much to say. */
const REASON_CHARACTERS_MAX = 2000;

/** `broker/observed.json`: what this tier saw last when it watched a release. */
const observed = z.object({ v: z.literal(1), payloadSha256: sha256Hex, healthy: z.boolean() });

export function keepObservation(brokerFolder: string, payloadSha256: string, { healthy }: Observation): void {
  const kept = observed.parse({ v: 1, payloadSha256, healthy });
  replaceFile(observedFile(brokerFolder), `${JSON.stringify(kept)}\n`);
}

/**
 * Throws the kill switch: the bridge sends no new order until an operator resumes. A ship may throw it for its own release
 * only, while that trades, and after this tier has itself seen it misbehave: or whoever may ask could stop trading, and
 * then take the halt for a fault of the heads.
 * @throws Failure 'NotTrading', 'NotSeenToFail'
 */
export function haltTrading(brokerFolder: string, shipId: string, reason: string): void {
  const trading = lastSwap(brokerFolder);
  if (trading?.shipId !== shipId) {
    throw new Failure(
      'NotTrading',
      `${shipId} cannot halt trading: ${trading ? `v${trading.modelVersion} of ${trading.shipId}` : 'no model'} trades`,
      'an operator can: believe bridge halt',
    );
  }
  if (!wasSeenToFail(brokerFolder, trading.payloadSha256)) {
    throw new Failure(
      'NotSeenToFail',
      `${shipId} cannot halt trading: nothing was seen to be wrong with v${trading.modelVersion}`,
      'an operator can: believe bridge halt',
    );
  }
  const said = reason.slice(0, REASON_CHARACTERS_MAX);
  const control = tradingControl.parse({ v: 1, by: shipId, reason: said, at: new Date().toISOString() });
  replaceFile(path.join(brokerFolder, 'control', CONTROL_FILES.halt), `${JSON.stringify(control)}\n`);
}

function wasSeenToFail(brokerFolder: string, payloadSha256: string): boolean {
  try {
    const last = observed.parse(JSON.parse(readFileSync(observedFile(brokerFolder), 'utf8')));
    return last.payloadSha256 === payloadSha256 && !last.healthy;
  } catch {
    return false;
  }
}

function observedFile(brokerFolder: string): string {
  return path.join(brokerFolder, 'observed.json');
}
