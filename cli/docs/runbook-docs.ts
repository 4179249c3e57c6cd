import { MONITOR_ALARMS } from '../../research/monitor/report.js';
import { ALARM_NAMES } from '../../shared/contract/alarm-line.js';
import { RECEIVER_ALARMS } from '../../shared/contract/receiver-status.js';
import { FAILURE_TYPES } from '../../shared/failure-types.js';
import { WATCHDOGS } from '../../watch/watchdogs.js';

/** Something that calls a person or stops work, by the name that it says. */
export interface Named {
  readonly name: string;
  /** Who says it, as the table shows it. */
  readonly by: string;
  /** The first thing to do; a link where it stands elsewhere. */
  readonly first: string;
  /** Must have a list of steps in docs/runbooks.md: it wakes somebody. */
  readonly wakes: boolean;
}

/** A hand-written list of steps: its heading, and the names of its line `For:`. */
export interface Runbook {
  readonly title: string;
  readonly names: readonly string[];
}

/** Pages with a table of alarms, as texts. */
export interface AlarmPages {
  readonly bridge: string;
  readonly monitoring: string;
}

/** Every alarm that there is, and every failure; an alarm and a failure may share a name. */
export function everyName(pages: AlarmPages): Named[] {
  return [
    ...WATCHDOGS.map(({ name, tiers, severity, runbook }) => ({
      ...{ name, by: `watchdog (${tiers.join(', ')}), ${severity}`, first: withLinks(runbook) },
      wakes: severity === 'page',
    })),
    ...ALARM_NAMES.map((name) => ({
      ...{ name, by: 'bridge', first: cellOf(pages.bridge, name, 2), wakes: true },
    })),
    ...RECEIVER_ALARMS.map((name) => ({
      ...{ name, by: 'receiver', first: 'its line in [data-path.md](data-path.md#what-was-set-aside)', wakes: true },
    })),
    ...MONITOR_ALARMS.map((name) => ({
      ...{ name, by: 'monitor', first: cellOf(pages.monitoring, `\`${name}\``, 3), wakes: true },
    })),
    ...Object.entries(FAILURE_TYPES).map(([name, [, nextStep]]) => ({
      ...{ name, by: 'failure', first: withLinks(nextStep), wakes: false },
    })),
  ];
}

/** The lists of steps of docs/runbooks.md. */
export function runbooksOf(page: string): Runbook[] {
  return page
    .split(/^## /m)
    .slice(1)
    .flatMap((section) => {
      const names = /^For: (.*)$/m.exec(section)?.[1]?.split(', ');
      return names ? [{ title: section.slice(0, section.indexOf('\n')), names }] : [];
    });
}

/** docs/runbooks.md with its index made anew: every alarm, and the failures that a list names. */
export function withNames(page: string, pages: AlarmPages): string {
  const runbooks = runbooksOf(page);
  const rows = everyName(pages)
    .map((one) => ({ ...one, runbook: runbooks.find(({ names }) => names.includes(one.name)) }))
    .filter(({ by, runbook }) => by !== 'failure' || runbook !== undefined)
    .sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)))
    .map(
      ({ name, by, first, runbook }) => `| \`${name}\` | ${by} | ${first} | ${runbook ? linkTo(runbook.title) : ''} |`,
    );
  const table = ['| name | who says it | first | then |', '|---|---|---|---|', ...rows].join('\n');
  return page.replace(/<!-- names -->[\s\S]*<!-- \/names -->/, () => `<!-- names -->\n${table}\n<!-- /names -->`);
}

/** What a table of another page says in the row of a name; runbooks without a page of their own are on bridge.md. */
function cellOf(page: string, name: string, column: number): string {
  const line = page.split('\n').find((one) => one.startsWith(`| ${name} |`));
  const cell = line?.split(/(?<!\\)\|/)[column + 1]?.trim();
  if (!cell) throw new Error(`no table has a row for ${name}`);
  return cell.replace(
    /runbook (below|\*[^*]+\*)/g,
    (words) => `[${words.replaceAll('*', '').replace(' below', '')}](bridge.md#runbooks)`,
  );
}

const linkTo = (title: string) =>
  `[${title}](#${title
    .toLowerCase()
    .replaceAll(' ', '-')
    .replaceAll(/[^\w-]/g, '')})`;

/** Lists in the code name pages as `docs/ship.md`; within docs/ that is a link. */
const withLinks = (text: string) =>
  text.replaceAll('|', '\\|').replace(/docs\/([a-z-]+\.md)/g, (_, page: string) => `[${page}](${page})`);
