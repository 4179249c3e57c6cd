import type { WatcherStatus } from '../../../shared/alarm/alarm-log.js';
import { type Html, html, table } from '../../page/html.js';
import { livePage } from '../../page/live-page.js';
import type { MonitorReport } from '../report.js';
import { OVERVIEW_CSS } from './overview-css.js';
import { trendPlots } from './trend-page.js';

export interface Overview {
  readonly nowMs: number;
  readonly synthetic: boolean;
  readonly tiers: readonly { readonly tier: string; readonly status: WatcherStatus | null }[];
  /** By fingerprint, where a workflow has it: Open, Acknowledged, Silenced. */
  readonly states: ReadonlyMap<string, string>;
  /** The newest reports of the home's contract, ascending. */
  readonly reports: readonly MonitorReport[];
  /** Proves that a form comes from this page. */
  readonly formKey: string;
  readonly webUi: string;
  /** What was just done, for whoever did it. */
  readonly said: string | null;
}

/** A watcher that has not looked for so long says how things were. */
const STALE_MS = 120_000;

/** One page that answers: is everything all right, and if not, what do I do. */
export function overviewPage(view: Overview): string {
  const open = openAlarms(view);
  const stale = view.tiers.filter(({ status }) => isStale(status, view.nowMs));
  const isWell = open.length === 0 && stale.length === 0;
  const title = isWell
    ? 'All is well'
    : open.length > 0
      ? `${open.length} alarm${open.length === 1 ? '' : 's'} open`
      : 'Nobody watches';
  return livePage({
    title: `${title} - believe`,
    synthetic: view.synthetic,
    css: OVERVIEW_CSS,
    main: html`<header class="${isWell ? 'well' : 'alarm'}"><h1>${title}</h1>
<p>${isWell ? 'Every watchdog sees what it should see.' : 'What is told first is the cause; what it explains stands further down.'}</p></header>
${view.said === null ? '' : html`<p class="said" role="status">${view.said}</p>`}
${stale.map(({ tier, status }) => html`<p class="said" role="alert">${status === null ? `No watcher has looked at the ${tier} tier.` : `The watcher of the ${tier} tier has not looked since ${status.at}: what is shown of it is old.`}</p>`)}
${open.map((one) => alarmBox(view, one))}
${view.tiers.map(({ tier, status }) => (status === null ? html`` : tierSection(tier, status)))}
${daySection(view)}
<p class="quiet"><a href="${view.webUi}">Temporal Web UI</a>. As of ${new Date(view.nowMs).toISOString().slice(0, 19)} UTC.</p>`,
  });
}

function isStale(status: WatcherStatus | null, nowMs: number): boolean {
  return status === null || nowMs - Date.parse(status.at) > STALE_MS;
}

type Open = WatcherStatus['open'][number];

/** Causes before what they explain, what wakes before what warns, the oldest first. */
function openAlarms({ tiers }: Overview): Open[] {
  const rank = (one: Open) => `${one.inhibitedBy === null ? 0 : 1}${one.severity === 'page' ? 0 : 1}${one.since}`;
  return tiers.flatMap(({ status }) => status?.open ?? []).sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

function alarmBox(view: Overview, one: Open): Html {
  const { fingerprint, name, about, tier, severity, detail, look, since, inhibitedBy } = one;
  const state = view.states.get(fingerprint);
  const form = html`<details><summary>Acknowledge: take care of it</summary><form method="post" action="acknowledge"><input type="hidden" name="alarm" value="${fingerprint}"><input type="hidden" name="form" value="${view.formKey}"><label>Your name <input name="by" required maxlength="200" autocomplete="name"></label> <label>What you do <input name="reason" maxlength="500"></label> <button>Acknowledge</button></form></details>`;
  return html`<article class="box ${inhibitedBy === null ? severity : 'explained'}"><h2>${name}${about === '' ? '' : ` (${about})`}</h2>
<p>${detail}</p><p class="quiet">${tier}, since ${since.slice(0, 19).replace('T', ' ')} UTC${inhibitedBy === null ? '' : `; explained by ${inhibitedBy}, and not told`}${state ? `; ${state.toLowerCase()}` : ''}</p>
<p><strong>What to do:</strong> ${look}</p>
${state === 'Open' ? form : ''}</article>`;
}

const MARKS: Readonly<Record<string, string>> = { well: 'well', alarm: 'ALARM', unknown: 'not known', off: 'off' };

function tierSection(tier: string, { watchdogs, at }: WatcherStatus): Html {
  return html`<section><h2>${tier}</h2>${table(`Watchdogs, as of ${at.slice(11, 19)} UTC`, watchdogs, [
    { title: 'watchdog', cell: ({ name }) => name },
    { title: '', cell: ({ state }) => html`<span class="mark ${state}">${MARKS[state] ?? state}</span>` },
    { title: 'what it sees', cell: ({ seen }) => seen },
    { title: 'limit', cell: ({ limit }) => limit },
  ])}</section>`;
}

function daySection({ reports }: Overview): Html {
  const last = reports.at(-1);
  if (!last)
    return html`<section><h2>Monitored days</h2><p>None yet: the first follows the first captured day.</p></section>`;
  const heads = [...new Set(reports.flatMap(({ model }) => model.heads.map(({ head }) => head)))];
  return html`<section><h2>Monitored days</h2>
<p>Live = replay, bit for bit, on the last <strong>${last.cleanDays}</strong> day${last.cleanDays === 1 ? '' : 's'}. <a href="report?instrument=${last.instrument}&amp;date=${last.tradeDate}">The report of ${last.tradeDate}</a>, <a href="trend?instrument=${last.instrument}">all days</a>.</p>
${trendPlots(reports, heads)}
${table('Releases: what they earned, and what the gate promised', releases(reports), [
  { title: 'release', cell: ({ name }) => name },
  { title: 'days', cell: ({ days }) => String(days), numeric: true },
  { title: 'net ticks a day', cell: ({ live }) => live.toFixed(1), numeric: true },
  { title: 'promised', cell: ({ promised }) => promised?.toFixed(1) ?? '-', numeric: true },
])}</section>`;
}

function releases(reports: readonly MonitorReport[]) {
  const versions = [...new Set(reports.map(({ modelVersion }) => modelVersion))].filter((version) => version !== null);
  return versions.reverse().map((version) => {
    const own = reports.filter(({ modelVersion }) => modelVersion === version);
    const live = own.reduce((sum, { execution }) => sum + (execution.live.netTicks ?? 0), 0) / own.length;
    return { name: `v${version}`, days: own.length, live, promised: own.at(-1)?.execution.promised?.netTicks ?? null };
  });
}
