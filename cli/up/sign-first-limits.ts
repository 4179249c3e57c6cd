import path from 'node:path';
import type { Config } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { acceptedLimits } from '../../shared/contract/accepted-act.js';
import { CONTROL_FILES } from '../../shared/contract/trading-control.js';
import { Failure } from '../../shared/failure.js';
import { readAcceptedActs } from '../../shared/node/contract/acts-file.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { signedAct } from '../bridge/sign-act.js';

/**
 * The default set-up signs the limits that its bridge finds at the first start, with the operator's key that it has made
 * itself. Later ones a person signs; and where the key is elsewhere the bridge accepts the first as nobody's word.
 */
export function signFirstLimits(config: Config): void {
  const broker = homePlaces(config.home).broker.folder;
  if (acceptedLimits(readAcceptedActs(broker)) !== null) return;
  const wish = { act: 'limits', limits: config.risk } as const;
  try {
    const envelope = signedAct({ config, wish, reason: 'the limits of the first start' });
    if (envelope) replaceFile(path.join(broker, 'control', CONTROL_FILES.limits), `${JSON.stringify(envelope)}\n`);
  } catch (error) {
    if (!(error instanceof Failure && error.type === 'NoOperatorKey')) throw error;
  }
}
