import { releaseLedger } from '../../research/release/build-release.js';
import { keyPlaces } from '../../research/release/key-places.js';
import { initKeys, USUAL_CEREMONY } from '../../research/release/keys.js';
import { addOperator, operatorsOf } from '../../research/release/operators.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { NoSigningKey } from '../../shared/node/trust/key-folder.js';
import { keysWarning } from './keys-warning.js';

/**
 * The ceremony of the default set-up, where none was held yet. A home from before operators had keys gets its first
 * operator, while the root keys are still here to say so.
 * @returns what to tell whoever started it
 */
export function makeKeys(home: string, operatorName: string): string[] {
  const places = keyPlaces(home);
  const nowMs = Date.now();
  const { created, root } = initKeys(places, { ...USUAL_CEREMONY, operatorName, nowMs });
  if (created) return [keysWarning(places, operatorName)];
  if (operatorsOf(root).operators.length > 0) return [];
  try {
    const last = releaseLedger(homePlaces(home).research.releases).list().at(-1);
    addOperator(places, { name: operatorName, nextCounter: (last?.counter ?? 0) + 1 });
    return [keysWarning(places, operatorName)];
  } catch (error) {
    if (!(error instanceof NoSigningKey)) throw error;
    return [
      'WARNING: the root of trust lists no operators, so no held ship can be approved; put the root keys back and run `believe operators add --name NAME`',
    ];
  }
}
