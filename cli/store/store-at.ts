import path from 'node:path';
import { MarketStore } from '../../research/store/market-store.js';
import { loadConfig } from '../../shared/config/load-config.js';

/** The store in a folder, or else that of a home folder, or else that of the configured one. */
export function storeAt(folder: string | undefined, home: string | undefined): MarketStore {
  if (folder !== undefined) return new MarketStore(folder);
  return new MarketStore(path.join(home ?? loadConfig({}).home, 'research', 'store'));
}
