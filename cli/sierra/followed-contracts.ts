import type { FollowedContract } from '../../broker/follow/follow-sierra.js';
import type { Config } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { bridgeStatus } from '../../shared/contract/bridge-status.js';
import { sierraSymbolOf } from '../../shared/market/sierra/symbol-name.js';
import { contractInUse } from '../../shared/node/contract/rolls-file.js';
import { readJson } from '../../shared/node/files/read-json.js';

/**
 * Contracts that are followed now: the one that the bridge of this home trades, what it captures beside it around a roll, and what the
 * settings name further. @param symbol how Sierra Chart names them @throws BadInput where the record of rolls is damaged
 */
export function followedContracts(
  { home, instrument, sierra }: Pick<Config, 'home' | 'instrument' | 'sierra'>,
  marketMs: number,
  symbol = sierra.symbol ?? '{contract}',
): FollowedContract[] {
  const { rolls, status } = homePlaces(home).broker;
  const present = contractInUse(rolls, instrument);
  // A bridge that does not run has said last what is to be captured.
  const beside = instrument.roll === null ? [] : (readJson(status, bridgeStatus)?.roll?.capturedBeside ?? []);
  const year = new Date(marketMs).getUTCFullYear();
  const named = [present, ...beside].map((localSymbol) => ({
    localSymbol,
    symbol: sierraSymbolOf(symbol, localSymbol, year),
  }));
  const all = [...named, ...sierra.others];
  return all.filter((one, at) => all.findIndex(({ localSymbol }) => localSymbol === one.localSymbol) === at);
}
