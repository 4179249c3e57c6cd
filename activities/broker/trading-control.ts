import path from 'node:path';
import { replaceFile } from '../../shared/disk/replace-file.js';
import { CONTROL_FILES, tradingControl } from '../../shared/handover/trading-control.js';

/** Throws the kill switch: the bridge sends no new order until an operator resumes. */
export function haltTrading(brokerFolder: string, shipId: string, reason: string): void {
  const control = tradingControl.parse({ v: 1, by: shipId, reason, at: new Date().toISOString() });
  replaceFile(path.join(brokerFolder, 'control', CONTROL_FILES.halt), `${JSON.stringify(control)}\n`);
}
