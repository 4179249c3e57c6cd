import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';

/** Homes that earlier builds made, and what is known of each: see the README beside the archives. */
export const YESTERDAYS_HOMES = [
  { date: '2026-11-23', isLoaded: false, depthRows: true, hasReceiver: false },
  { date: '2026-11-29', isLoaded: true, depthRows: false, hasReceiver: false },
  { date: '2026-11-30', isLoaded: true, depthRows: false, hasReceiver: true },
] as const;

/** Unpacks the home of that date into a folder. @returns its path */
export function unpackHome(date: string, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const archive = path.resolve('test/formats/homes', `${date}.tar.gz`);
  const { status, stderr } = spawnSync('tar', ['-xzf', archive, '-C', folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${archive} cannot be unpacked: ${stderr}`);
  return path.join(folder, 'home');
}
