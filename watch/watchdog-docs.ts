import { watchConfig } from '../shared/config/watch.js';
import { WATCHDOGS } from './watchdogs.js';

/** The table of docs/alarms.md, from the list itself, with the limits of the default settings. */
export function watchdogTable(): string {
  const config = watchConfig.parse({});
  const rows = WATCHDOGS.map(
    ({ name, tiers, severity, meaning, limit, runbook, explainedBy }) =>
      `| \`${name}\` | ${tiers.join(', ')} | ${severity} | ${meaning} | ${limit(config)} | ${runbook} | ${(explainedBy ?? []).join(', ')} |`,
  );
  return [
    '| alarm | tier | severity | it says | limit | what to do | explained by |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}
