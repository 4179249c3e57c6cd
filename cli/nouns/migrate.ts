import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { UsageFailure } from '../../shared/failure.js';
import { formatTooNew } from '../../shared/formats/version-found.js';
import { type Migrated, migrateFiles } from '../migrate/migrate-home.js';
import { inQuietHome } from '../migrate/quiet-home.js';
import { type HomeVersions, versionsIn } from '../migrate/survey.js';
import { printResult } from '../output.js';

interface MigrateOptions {
  home: string;
  check?: boolean;
  json?: boolean;
}

/** `believe migrate`: what of a home is of an older version; writes anew what has to be, and keeps it as it was. */
export function register(noun: Command): void {
  noun
    .option('--home <dir>', 'home folder', '.believe')
    .option('--check', 'only say what there is: exit code 1 where something is to be written anew')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Every file of a home says its version, or its kind is from before there were any: docs/formats.md. Files are written anew whole or
not at all, each as it was is kept in migrated/ of the home, and a migration that was cut off is run again. It refuses while
processes of the home run, and a home that a newer build has written.`,
    )
    .action(migrate);
}

async function migrate({ home: given, check = false, json = false }: MigrateOptions): Promise<void> {
  const home = path.resolve(given);
  if (!existsSync(home)) throw new UsageFailure(`there is no home folder ${home}`, 'name it with --home');
  const found = versionsIn(home);
  const [newest] = found.newer;
  if (newest !== undefined && !check) throw formatTooNew(newest.format, path.join(home, newest.place), newest.version);
  const migrated = check || found.toMigrate.length === 0 ? [] : await migrateQuietly(home);
  if (check && found.toMigrate.length + found.newer.length > 0) process.exitCode = 1;
  const toMigrate = check ? found.toMigrate.map(({ place, step: { format, to } }) => ({ place, format, to })) : [];
  printResult(json, { home, check, ...found, toMigrate, migrated }, textOf(found, check, migrated));
}

/** Looked for once more: what ran until now may have written meanwhile. */
async function migrateQuietly(home: string): Promise<Migrated[]> {
  return await inQuietHome(home, () => migrateFiles(home, versionsIn(home).toMigrate));
}

function textOf(found: HomeVersions, check: boolean, migrated: readonly Migrated[]): string {
  const { newer, toMigrate, older, unknown, files } = found;
  const versionText = (version: unknown) => (version === 'absent' ? 'without a version' : `of version ${version}`);
  return [
    ...newer.map(
      ({ place, format, version }) => `${place}  ${format}: of version ${version}, newer than this build reads`,
    ),
    ...(check ? toMigrate : []).map(
      ({ place, step }) => `${place}  ${step.format}: ${versionText(step.from)}, becomes ${step.to}`,
    ),
    ...migrated.map(({ place, format, to, copy }) => `${place}  ${format}: of version ${to} now; as it was: ${copy}`),
    ...older.map(
      ({ format, version, isRead, files: count }) =>
        `${count} of ${format} ${versionText(version)}: ${isRead ? 'read as they are' : 'nothing reads them any more'}`,
    ),
    ...(unknown.length > 0
      ? [`${unknown.length} files are not ours, and left alone: ${unknown.slice(0, 5).join(', ')}`]
      : []),
    toMigrate.length === 0
      ? `nothing to migrate (${files} files)`
      : check
        ? `${toMigrate.length} to migrate`
        : `${migrated.length} migrated`,
  ].join('\n');
}
