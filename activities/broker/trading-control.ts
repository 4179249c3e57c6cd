import path from 'node:path';
import { replaceFile } from '../../shared/disk/replace-file.js';
import { Failure } from '../../shared/failure.js';
import { CONTROL_FILES, tradingControl } from '../../shared/handover/trading-control.js';
import { lastSwap } from './swap-handover.js';

/**
 * Throws the kill switch: the bridge sends no new order until an operator resumes. A ship may throw it for its own release
 * only, and only while that trades.
 * @throws Failure 'NotTrading'
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
  const control = tradingControl.parse({ v: 1, by: shipId, reason, at: new Date().toISOString() });
  replaceFile(path.join(brokerFolder, 'control', CONTROL_FILES.halt), `${JSON.stringify(control)}\n`);
}
