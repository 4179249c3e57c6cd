import { migrateFiles } from '../../cli/migrate/migrate-home.js';
import { versionsIn } from '../../cli/migrate/survey.js';
import { killBefore } from '../release/cut-off.js';

/** Migrates a home and is killed before its n-th file operation. */
const [home, moment] = process.argv.slice(2) as [string, string];
const { toMigrate } = versionsIn(home);
killBefore(Number(moment));
migrateFiles(home, toMigrate);
