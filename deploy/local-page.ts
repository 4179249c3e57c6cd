import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { Failure } from '../shared/failure.js';
import { bundleDashboard } from './bundle-dashboard.js';

export interface LocalPageOptions {
  readonly origin: string;
  readonly fundName: string;
  /** Public keys of the state role, base64 of SPKI DER. */
  readonly stateKeys: readonly string[];
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Where what was posted is kept; null for as long as the process lives. */
  readonly folder: string | null;
  readonly sites?: { readonly site?: string; readonly trades?: string };
  /** Told of each request that the Worker sends anywhere; there should be none. */
  readonly onEgress?: (url: string) => void;
}

export interface LocalPage {
  readonly url: string;
  /** What lies in the key-value store, to look at or to alter. */
  readonly keyValues: {
    get(key: string, type: 'arrayBuffer'): Promise<ArrayBuffer | null>;
    put(key: string, value: Uint8Array | string): Promise<void>;
    delete(key: string): Promise<void>;
    list(): Promise<{ readonly keys: readonly { readonly name: string }[] }>;
  };
  close(): Promise<void>;
}

const wrangler = z.object({ compatibility_date: z.iso.date() });

/** The public page in the real workerd, on this machine. @throws Failure 'NoMiniflare', 'NoBundler' where they are not installed */
export async function startLocalPage(options: LocalPageOptions): Promise<LocalPage> {
  const { Miniflare, Response } = await import('miniflare').catch(() => {
    throw new Failure('NoMiniflare', 'miniflare is not installed', 'npm install, with development dependencies');
  });
  const { folder, onEgress = () => {} } = options;
  const persist = (name: string) => (folder === null ? false : `${folder}/${name}`);
  const sqlite = (className: string) => ({ className, useSQLite: true });
  const page = new Miniflare({
    ...{ modules: true, script: await bundleDashboard(), host: options.host, port: options.port },
    ...{ kvNamespaces: ['PUBLIC'], kvPersist: persist('kv'), durableObjectsPersist: persist('objects') },
    durableObjects: { RECORD: sqlite('RecordObject'), CLICKS: sqlite('ClicksObject') },
    compatibilityDate: deployedDate(),
    bindings: {
      ...{ ORIGIN: options.origin, FUND_NAME: options.fundName, STATE_KEYS: JSON.stringify(options.stateKeys) },
      SITES: JSON.stringify(options.sites ?? {}),
    },
    outboundService: ({ url }: { readonly url: string }) => {
      onEgress(url);
      return new Response('this Worker asks nobody', { status: 502 });
    },
  } as ConstructorParameters<typeof Miniflare>[0]);
  const url = await page.ready;
  const keyValues = (await page.getKVNamespace('PUBLIC')) as unknown as LocalPage['keyValues'];
  return { url: url.href.replace(/\/$/, ''), keyValues, close: () => page.dispose() };
}

/** As it is deployed. */
function deployedDate(): string {
  const file = new URL('../dashboard/wrangler.json', import.meta.url);
  return wrangler.parse(JSON.parse(readFileSync(file, 'utf8'))).compatibility_date;
}
