import path from 'node:path';
import { replaceFile } from '../../shared/disk/replace-file.js';
import { CONTROL_FILES, tradingControl } from '../../shared/handover/trading-control.js';

/** The kill switch must not fail because a workflow has too much to say. */
const REASON_CHARACTERS_MAX = 2000;

/** Throws the kill switch: the bridge sends no new order until an operator resumes. */
export function haltTrading(brokerFolder: string, shipId: string, reason: string): void {
  const said = reason.slice(0, REASON_CHARACTERS_MAX);
  const control = tradingControl.parse({ v: 1, by: shipId, reason: said, at: new Date().toISOString() });
  replaceFile(path.join(brokerFolder, 'control', CONTROL_FILES.halt), `${JSON.stringify(control)}\n`);
}
