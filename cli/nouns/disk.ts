import { existsSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { pruneShips } from '../../research/ship/prune-ships.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { type KeptPlace, keptPlaces, shipWorkDays } from '../../shared/config/kept-places.js';
import { UsageFailure } from '../../shared/failure.js';
import { daysUntilFull } from '../disk/forecast.js';
import { lookedBackDays, type Measured, measurePlace } from '../disk/measure-place.js';
import { configOf, type HomeOptions, homeVerbs } from '../home-verb.js';
import { printResult, say } from '../output.js';

const GIB = 2 ** 30;
const MIB = 2 ** 20;

/** `believe disk`: what grows in a home folder, how long it stays, when the disk is full; and the pruning of old ships' work. */
export function register(noun: Command): void {
  const verb = homeVerbs(noun);
  verb('show', 'what there is, how fast it grows, what deletes it when, and when the disk is full').action(show);
  verb('prune', 'delete what ships computed that have been quiet for ship.keepWorkDays; the broker prunes its own days')
    .option('--dry-run', 'only say what would be deleted')
    .action(prune);
}

interface Shown extends KeptPlace, Measured {}

async function show(options: HomeOptions): Promise<void> {
  const config = configOf(options);
  const home = existing(config.home);
  const nowMs = Date.now();
  const backDays = lookedBackDays(statSync(home).birthtimeMs, nowMs);
  const places = keptPlaces({ ...config, home })
    .map((kept): Shown => ({ ...kept, ...measurePlace(path.join(home, kept.place), { nowMs, backDays }) }))
    .filter(({ files, unread }) => files > 0 || unread.length > 0);
  const { bavail, bsize } = await statfs(home);
  const freeBytes = bavail * bsize;
  const fullInDays = daysUntilFull(places, freeBytes);
  for (const folder of places.flatMap(({ unread }) => unread))
    say(`cannot be read by this user, not counted: ${folder}`);
  printResult(
    options.json === true,
    { home, freeBytes, fullInDays, lookedBackDays: backDays, places },
    textOf(places, freeBytes, { fullInDays, backDays }),
  );
}

function textOf(
  places: readonly Shown[],
  freeBytes: number,
  { fullInDays, backDays }: { fullInDays: number | null; backDays: number },
): string {
  const row = (place: string, size: string, perDay: string, rule: string) =>
    `${place.padEnd(19)} ${size.padStart(10)} ${perDay.padStart(10)}  ${rule}`;
  const total = places.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return [
    row('place', 'size', 'a day', 'what deletes it'),
    ...places.map(({ place, sizeBytes, perDayBytes, rule }) =>
      row(place, bytesText(sizeBytes), bytesText(perDayBytes), rule),
    ),
    '',
    `${bytesText(total)} in all, ${bytesText(freeBytes)} free; at the pace of the last ${backDays === 1 ? 'day' : `${backDays.toFixed(0)} days`} ${
      fullInDays === null ? 'not full within ten years' : `full in ${fullInDays} days`
    }`,
  ].join('\n');
}

function prune(options: HomeOptions & { dryRun?: boolean }): void {
  const config = configOf(options);
  const { ships } = homePlaces(existing(config.home)).research;
  const dryRun = options.dryRun === true;
  const workDays = shipWorkDays(config.ship);
  const pruned = pruneShips(ships, { workDays, nowMs: Date.now(), dryRun });
  const total = pruned.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  printResult(
    options.json === true,
    { dryRun, workDays, pruned },
    [
      ...pruned.map(
        ({ ship, sizeBytes, quietDays }) => `${ship}  ${bytesText(sizeBytes)}, quiet for ${quietDays} days`,
      ),
      pruned.length === 0
        ? `nothing: no ship has been quiet for more than ${workDays} days and has samples or folds`
        : `${dryRun ? 'would delete' : 'deleted'} ${bytesText(total)} of ${pruned.length} ships; candidates, evidence and reports stay`,
    ].join('\n'),
  );
}

function existing(home: string): string {
  if (!existsSync(home)) throw new UsageFailure(`there is no home folder ${home}`, 'name it with --home');
  return path.resolve(home);
}

function bytesText(bytes: number): string {
  return bytes >= GIB ? `${(bytes / GIB).toFixed(1)} GiB` : `${(bytes / MIB).toFixed(1)} MiB`;
}
