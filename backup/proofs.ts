import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { sealPlaces } from '../broker/seal/seal-places.js';
import { PublicLog } from '../research/public/public-log.js';
import { receivePlaces } from '../research/receive/receive-places.js';
import { TileLog } from '../research/receive/tile-log.js';
import { auditReleases } from '../research/release/audit.js';
import { releaseLedger } from '../research/release/build-release.js';
import { Catalogue } from '../research/store/catalogue.js';
import { homePlaces } from '../shared/config/home-places.js';
import { streamOfFlatName } from '../shared/contract/batch-stream.js';
import { streamHead } from '../shared/contract/stream-head.js';
import { logOrigin } from '../shared/contract/stream-log.js';
import { readLiveReleases } from '../shared/node/contract/live-releases.js';
import { signersOf } from '../shared/node/trust/key-folder.js';
import { readPin } from '../shared/node/trust/pin-store.js';
import { readFormerRoots, readTrustedRoot } from '../shared/node/trust/trust-store.js';
import type { RoleName, TrustedRoot } from '../shared/trust/root.js';

export interface Proofs {
  readonly proved: string[];
  readonly faults: string[];
}

/** Opens what counts in a home with the readers that use it, and says of each what it found. */
export function proofsOf({ home, broker, origin }: { home: string; broker: string; origin: string }): Proofs {
  const places = homePlaces(home);
  const proofs: Proofs = { proved: [], faults: [] };
  const prove = (what: string, isThere: boolean, look: () => string) => {
    if (!isThere) return;
    try {
      proofs.proved.push(`${what}: ${look()}`);
    } catch (error) {
      proofs.faults.push(`${what}: ${(error as Error).message}`);
    }
  };
  const hasBroker = existsSync(places.broker.trust);
  const hasResearch = existsSync(places.research.trust);
  const trust = hasResearch ? places.research.trust : places.broker.trust;
  for (const one of [places.broker.trust, places.research.trust])
    prove(`root of trust in ${path.relative(home, one)}`, existsSync(one), () => rootText(one));
  for (const [role, folder] of keyFolders(home))
    prove(
      `${role} key`,
      existsSync(folder) && existsSync(trust) && readdirSync(folder).some((name) => name.startsWith(role)),
      () => keyText(role, folder, trust),
    );
  prove('pin', hasBroker, () => `counter ${readPin(places.broker.folder).counter}`);
  prove('releases in use', hasBroker, () => `${readLiveReleases(places.broker.folder).length} known`);
  prove(
    'ledger',
    existsSync(places.research.releases),
    () => `counter ${releaseLedger(places.research.releases).list().at(-1)?.counter ?? 0}`,
  );
  prove('audit of releases', hasResearch, () => auditText(home));
  prove('sealing heads', existsSync(sealPlaces(places.broker.folder).heads), () =>
    headsText(sealPlaces(places.broker.folder).heads),
  );
  prove('logs of received streams', existsSync(path.join(places.receiver.folder, 'logs')), () =>
    logsText(home, broker),
  );
  prove(
    'store catalogue',
    existsSync(path.join(places.research.store, 'catalogue')),
    () => `${new Catalogue(places.research.store).imports().length} imports`,
  );
  prove('public log', existsSync(path.join(places.public.log, 'checkpoint')) && existsSync(trust), () =>
    publicText(home, origin, trust),
  );
  prove('journals and accounts', true, () => linesText(home));
  return proofs;
}

function rootText(folder: string): string {
  const root = readTrustedRoot(folder);
  return `version ${root.metadata.version}, ${readFormerRoots(folder).length} before it`;
}

function keyFolders(home: string): [RoleName, string][] {
  const { signer, broker, public: publicTier, receiver } = homePlaces(home);
  return [
    ['release', signer.keys],
    ['journal', broker.keys],
    ['receipt', receiver.keys],
    ['state', publicTier.keys],
  ];
}

/** An encrypted key can only be looked at by whoever has its passphrase. */
function keyText(role: RoleName, folder: string, trust: string): string {
  const isLocked = readdirSync(folder).some(
    (name) => name.startsWith(role) && readFileSync(path.join(folder, name)).includes('ENCRYPTED'),
  );
  if (isLocked) return 'is there, encrypted; not opened';
  return `${signersOf(folder, role, readTrustedRoot(trust)).length} that the root of trust names`;
}

function auditText(home: string): string {
  const { research, broker } = homePlaces(home);
  const { lines, gaps } = auditReleases({
    ...{ trustFolder: research.trust, releasesFolder: research.releases, moduleFolder: research.published },
    brokerFolder: broker.folder,
  });
  if (gaps.length > 0) throw new Error(gaps.join('; '));
  return `${lines.length} acts, no gap`;
}

function headsText(folder: string): string {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  for (const name of names) streamHead.parse(JSON.parse(readFileSync(path.join(folder, name), 'utf8')));
  return `${names.length} streams`;
}

/** Every log hashes to its signed checkpoint, and each of its entries has the batch. */
function logsText(home: string, broker: string): string {
  const { receiver, research } = homePlaces(home);
  const roots: TrustedRoot[] = [readTrustedRoot(research.trust), ...readFormerRoots(research.trust)];
  const roles = roots.map(({ roles: { receipt } }) => receipt);
  let entries = 0;
  const names = readdirSync(path.join(receiver.folder, 'logs'));
  for (const name of names) {
    const [, flat = '', epoch = ''] = /^(.+)-e(\d{4})$/.exec(name) ?? [];
    const place = { stream: streamOfFlatName(flat) ?? flat, epoch: Number(epoch) };
    const of = receivePlaces(receiver.folder);
    const log = new TileLog(of.log(place), logOrigin(broker, place), roles[0]!, roles.slice(1));
    const batches = readdirSync(of.batches(place)).filter((one) => one.endsWith('.dsse.json')).length;
    if (batches < log.size) throw new Error(`${name} has ${log.size} entries and ${batches} batches`);
    entries += log.size;
  }
  return `${names.length} logs, ${entries} batches, each under a signed checkpoint`;
}

function publicText(home: string, origin: string, trust: string): string {
  const roots = [readTrustedRoot(trust), ...readFormerRoots(trust)];
  const log = new PublicLog(
    homePlaces(home).public.log,
    origin,
    [],
    roots.map(({ roles }) => roles.state),
  );
  return `${log.entries.length} entries under a signed checkpoint`;
}

/** Files of lines, each line JSON. */
function linesText(home: string): string {
  const files = readdirSync(home, { recursive: true, withFileTypes: true }).filter(
    (one) => one.isFile() && one.name.endsWith('.jsonl'),
  );
  let lines = 0;
  for (const { parentPath, name } of files) {
    const file = path.join(parentPath, name);
    for (const line of readFileSync(file, 'utf8').split('\n').slice(0, -1)) {
      JSON.parse(line);
      lines++;
    }
  }
  return `${files.length} files, ${lines} lines`;
}
