import path from 'node:path';
import { MarketStore } from '../../research/store/market-store.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { loadConfig } from '../../shared/node/config/load-config.js';

export interface StorePlace {
  /** Folder of the store itself. */
  readonly store?: string | undefined;
  /** Home folder of a stack. */
  readonly home?: string | undefined;
}

/** The store in a folder, or else that of a home folder, or else that of the configured one. */
export function storeAt({ store, home }: StorePlace): MarketStore {
  return new MarketStore(store ?? homePlaces(homeOf({ home })).research.store);
}

export function homeOf({ home }: StorePlace): string {
  return path.resolve(loadConfig({ overrides: home === undefined ? {} : { home } }).home);
}
