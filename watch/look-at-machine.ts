import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Config } from '../shared/config/config.js';
import { ageText } from '../shared/fields/age-text.js';
import { readTrustedRoot } from '../shared/node/trust/trust-store.js';
import { bad, either, off, type Sighting, well } from './sighting.js';

const run = promisify(execFile);
const GIB = 2 ** 30;
const DAY_MS = 86_400_000;

/** Free bytes of the home's disk, at a wall time; kept over looks to see where they lead. */
export interface DiskPoint {
  readonly atMs: number;
  readonly freeBytes: number;
}

/** Watchdogs about the machine that a watcher runs on. */
export async function lookAtMachine(
  { home, watch, temporal }: Pick<Config, 'home' | 'watch' | 'temporal'>,
  trustFolder: string,
  disk: readonly DiskPoint[],
  nowMs: number,
): Promise<Sighting[]> {
  return [
    diskSighting(disk, watch, nowMs),
    rootSighting(trustFolder, watch, nowMs),
    certificateSighting(temporal.tls, watch, nowMs),
    await tunnelSighting(watch, nowMs),
    backupSighting(watch, nowMs, home),
  ];
}

export async function diskPoint(home: string, nowMs: number): Promise<DiskPoint> {
  const { bavail, bsize } = await statfs(home);
  return { atMs: nowMs, freeBytes: bavail * bsize };
}

/** Full by a straight line through the points of the last day, of six hours at least. */
export function diskSighting(
  points: readonly DiskPoint[],
  { diskFreeGiB, diskDaysLeft }: Config['watch'],
  nowMs: number,
): Sighting {
  const now = points.at(-1);
  if (!now) return { watchdog: 'DiskFilling', seen: 'not looked at yet', state: 'unknown', conditions: [] };
  const freeGiB = now.freeBytes / GIB;
  const recent = points.filter(({ atMs }) => nowMs - atMs <= DAY_MS);
  const [first] = recent;
  const spanMs = first ? now.atMs - first.atMs : 0;
  const perDay = first && spanMs >= DAY_MS / 4 ? ((first.freeBytes - now.freeBytes) / spanMs) * DAY_MS : 0;
  const daysLeft = perDay > 0 ? now.freeBytes / perDay : Number.POSITIVE_INFINITY;
  const seen = `${freeGiB.toFixed(1)} GiB free${Number.isFinite(daysLeft) ? `, full in ${daysLeft.toFixed(0)} days at the pace of the last day` : ''}`;
  return either('DiskFilling', freeGiB < diskFreeGiB || daysLeft < diskDaysLeft, seen);
}

function rootSighting(trustFolder: string, { rootExpiryDays }: Config['watch'], nowMs: number): Sighting {
  try {
    const leftMs = Date.parse(readTrustedRoot(trustFolder).metadata.expires) - nowMs;
    return either(
      'RootExpiring',
      leftMs < rootExpiryDays * DAY_MS,
      leftMs > 0 ? `expires in ${ageText(leftMs)}` : 'has expired',
    );
  } catch (error) {
    return bad('RootExpiring', `cannot be read: ${(error as Error).message.slice(0, 200)}`);
  }
}

function certificateSighting(
  tls: Config['temporal']['tls'],
  { certificateDays }: Config['watch'],
  nowMs: number,
): Sighting {
  if (tls === null) return off('CertificateExpiring', 'no certificates are used');
  try {
    const files = [tls.caFile, tls.certFile, ...certificatesIn(tls.tierFolder)];
    const ends = files.map((file) => ({
      file,
      leftMs: Date.parse(new X509Certificate(readFileSync(file)).validTo) - nowMs,
    }));
    const first = ends.reduce((a, b) => (b.leftMs < a.leftMs ? b : a));
    return either(
      'CertificateExpiring',
      first.leftMs < certificateDays * DAY_MS,
      `${path.basename(first.file)} expires in ${ageText(first.leftMs)}`,
    );
  } catch (error) {
    return bad('CertificateExpiring', `cannot be read: ${(error as Error).message.slice(0, 200)}`);
  }
}

/** Of the tiers whose certificates are on this machine. */
function certificatesIn(tierFolder: string | null): string[] {
  if (tierFolder === null) return [];
  const names = readdirSync(tierFolder).filter((name) => name.endsWith('.pem'));
  return names.map((name) => path.join(tierFolder, name));
}

async function tunnelSighting({ wireguard, handshakeSeconds }: Config['watch'], nowMs: number): Promise<Sighting> {
  if (wireguard === null) return off('TunnelDown', 'watch.wireguard names no interface');
  try {
    const { stdout } = await run('wg', ['show', wireguard, 'latest-handshakes'], { timeout: 5000 });
    const newest = Math.max(0, ...stdout.split('\n').map((line) => Number(line.split('\t')[1] ?? 0)));
    if (newest === 0) return bad('TunnelDown', `${wireguard} has had no handshake`);
    const ageMs = nowMs - newest * 1000;
    return either('TunnelDown', ageMs > handshakeSeconds * 1000, `last handshake ${ageText(ageMs)} ago`);
  } catch (error) {
    return bad('TunnelDown', `wg show ${wireguard}: ${(error as Error).message.split('\n')[0]!.slice(0, 200)}`);
  }
}

function backupSighting({ backupFolder, backupHours }: Config['watch'], nowMs: number, home: string): Sighting {
  if (backupFolder === null) return off('BackupLate', 'watch.backupFolder names no folder');
  try {
    const folder = path.resolve(home, backupFolder);
    const times = readdirSync(folder)
      // What was being written when its writer was killed is no backup.
      .filter((name) => !name.endsWith('.tmp'))
      .map((name) => statSync(path.join(folder, name)).mtimeMs);
    if (times.length === 0) return bad('BackupLate', `${backupFolder} is empty`);
    const ageMs = nowMs - Math.max(...times);
    return either('BackupLate', ageMs > backupHours * 3_600_000, `newest ${ageText(ageMs)} old`);
  } catch (error) {
    return bad('BackupLate', `cannot be read: ${(error as Error).message.slice(0, 200)}`);
  }
}

/** Whether the watcher of the other tier looks, where its status can be seen from here. */
export function otherWatcher(
  status: { readonly at: string } | null,
  { watcherSilentSeconds }: Config['watch'],
  nowMs: number,
): Sighting {
  if (status === null) return off('WatcherSilent', 'none has been seen on this machine');
  const ageMs = nowMs - Date.parse(status.at);
  const isSilent = ageMs > watcherSilentSeconds * 1000;
  return isSilent
    ? bad('WatcherSilent', `looked last ${ageText(ageMs)} ago`)
    : well('WatcherSilent', `looked ${ageText(ageMs)} ago`);
}
