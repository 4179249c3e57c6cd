import path from 'node:path';
import { MarketStore } from '../../research/store/market-store.js';
import { openStore } from '../../research/store/open-store.js';
import { refuseCopies } from '../../research/store/shared/bucket-mark.js';
import type { Config } from '../../shared/config/config.js';
import { loadConfig } from '../../shared/node/config/load-config.js';
import { say } from '../output.js';

export interface StorePlace {
  /** Folder of the store itself. */
  readonly store?: string | undefined;
  /** Home folder of a stack. */
  readonly home?: string | undefined;
}

/** The store in a folder, or else that of a home folder, or else that of the configured one; the latter two may be in a bucket. */
export async function storeAt({ store, home }: StorePlace): Promise<MarketStore> {
  if (store === undefined) return await openStore(configOf({ home }));
  refuseCopies(path.resolve(store));
  return new MarketStore(store);
}

/** ...for those who only read: of a bucket that cannot be asked, what was there when it last could, saying so. */
export async function storeToReadAt({ store, home }: StorePlace): Promise<MarketStore> {
  if (store !== undefined) return await storeAt({ store });
  const opened = await openStore(configOf({ home }), { orAsItWas: true });
  const { bucket, asOfMs } = opened.shared ?? { bucket: '', asOfMs: null };
  if (asOfMs !== null) say(`believe: ${bucket} does not answer: this is as of ${new Date(asOfMs).toISOString()}`);
  return opened;
}

export function configOf({ home }: StorePlace): Config {
  const config = loadConfig({ overrides: home === undefined ? {} : { home } });
  return { ...config, home: path.resolve(config.home) };
}

export function homeOf(place: StorePlace): string {
  return configOf(place).home;
}
