import type { Config } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { rollInForce } from '../../shared/contract/roll-record.js';
import { readRolls } from '../../shared/node/contract/rolls-file.js';
import { RUNNING_MS_MAX, readStatusIn } from '../bridge/leave-request.js';

export type RollView = ReturnType<typeof viewOf>;

/** What is known without a bridge, and what the bridge said last. */
export function viewOf(config: Config) {
  const { localSymbol, roll } = config.instrument;
  const said = readStatusIn(config.home);
  const records = roll === null ? [] : readRolls(homePlaces(config.home).broker.rolls);
  return {
    current: rollInForce(records, localSymbol)?.to ?? localSymbol,
    configured: localSymbol,
    rule: roll,
    isRunning: said !== null && said.ageMs < RUNNING_MS_MAX && said.status.connection !== 'down',
    saidMsAgo: said?.ageMs ?? null,
    bridge: said?.status.roll ?? null,
    rolls: records,
  };
}
