import { html, raw } from 'hono/html';
import { ageText } from '../../shared/fields/age-text.js';
import type { HistoryName, PublicHistory, PublicState } from '../../shared/public-record/documents.js';
import { eventsSection, fillsSection, resultsSection, section } from './history-sections.js';
import { standingOf } from './standing.js';

export interface RecordFacts {
  readonly fundName: string;
  readonly origin: string;
  readonly keys: readonly string[];
  readonly state: PublicState | null;
  readonly history: Readonly<Partial<Record<HistoryName, PublicHistory>>>;
  /** What is here and is not signed: it is not shown. */
  readonly refused: readonly string[];
  readonly sites: { readonly site?: string | undefined; readonly trades?: string | undefined };
  readonly nowMs: number;
}

export const STANDING_TITLES = {
  up: 'Up',
  closed: 'Market closed',
  halted: 'Halted',
  stale: 'Stale',
  down: 'Down',
  empty: 'Nothing yet',
} as const;

/** The page, whole, by what is signed: it needs no script. */
export function recordPage(facts: RecordFacts, style: string, script: string) {
  const { state, history, fundName, origin, refused, nowMs } = facts;
  const standing = standingOf(state, nowMs);
  const title = `${STANDING_TITLES[standing.word]} - ${fundName}`;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="description" content="Signed record of ${fundName}: ${standing.sentence}">
<meta property="og:title" content="${title}"><meta property="og:description" content="${standing.sentence}"><meta property="og:image" content="/picture.png">
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="alternate" type="application/rss+xml" title="Releases and incidents" href="/feed.xml">
<style>${raw(style)}</style></head>
<body data-origin="${origin}" data-keys="${JSON.stringify(facts.keys)}" data-sequence="${state?.sequence ?? 0}">
<div class="shout" id="shout" role="alert" ${refused.length > 0 ? '' : 'hidden'}>${refused.length > 0 ? `NOT SIGNED, and not shown: ${refused.join(', ')}` : ''}</div>
${state?.synthetic ? html`<header class="banner">SYNTHETIC: every number on this page comes from a generated market</header>` : ''}
<main>
<h1>${fundName}: <span class="${standing.word}" id="standing">${STANDING_TITLES[standing.word]}</span></h1>
<p id="sentence">${standing.sentence}</p>
${state ? figures(state, nowMs) : ''}
<p class="quiet" id="checks" aria-live="polite">With scripts on, your browser checks here what this page shows; without, <code>believe public verify</code> or any tool that reads C2SP tlog-tiles does.</p>
<p><button type="button" id="all" hidden>Check every entry of the log</button> <span id="allSaid" class="quiet" aria-live="polite"></span></p>
${section(history.days, resultsSection)}
${section(history.fills, fillsSection)}
${section(history.events, eventsSection)}
<h2>Check it yourself</h2>
<p>Log <code>${origin}</code>: <a href="/checkpoint">checkpoint</a>, <a href="/api/state.json">snapshot</a>, <a href="/api/history/days.json">dates</a>, <a href="/api/history/fills.json">fills</a>, <a href="/api/history/events.json">events</a>, <a href="/feed.xml">feed</a>, <a href="/schemas/entry.json">schema of entries</a>. State keys: ${facts.keys.map((key) => html`<code class="key">${key}</code> `)}</p>
<p>${facts.sites.site ? html`<a href="${facts.sites.site}">${fundName}</a> ` : ''}${facts.sites.trades ? html`<a href="${facts.sites.trades}">every trade</a>` : ''}</p>
</main>
<script type="module">${raw(script)}</script>
</body></html>`;
}

function figures(state: PublicState, nowMs: number) {
  const { bridge, release, limits, market } = state;
  const aged = (what: string, path: string, at: string | null, limitSeconds: number | null) => {
    const ageMs = at === null ? null : nowMs - Date.parse(at);
    const isOld = limitSeconds !== null && ageMs !== null && ageMs > limitSeconds * 1000;
    return html`<li><span>${what}</span><strong class="${isOld ? 'old' : ''}" data-state="${path}" data-raw="${at ?? ''}" data-age="${at ?? ''}" data-limit="${limitSeconds ?? ''}">${ageMs === null ? 'none yet' : `${ageText(ageMs)} ago`}</strong><span>${limitSeconds === null ? 'no limit' : `limit ${ageText(limitSeconds * 1000)}`}</span></li>`;
  };
  const said = (what: string, path: string, value: string | number, shown: unknown, more = '') =>
    html`<li><span>${what}</span><strong data-state="${path}" data-raw="${value}">${shown}</strong><span>${more}</span></li>`;
  return html`<ul class="tiles">
${aged('published', 'at', state.at, limits.stateSeconds)}
${bridge ? aged('bridge reported', 'bridge.at', bridge.at, limits.bridgeSeconds) : ''}
${bridge ? aged('last tick', 'bridge.lastTickAt', bridge.lastTickAt, market.isOpen ? limits.tickSeconds : null) : ''}
${bridge ? aged('last fill', 'bridge.lastFillAt', bridge.lastFillAt, null) : ''}
${said('market', 'market.isOpen', String(market.isOpen), market.isOpen ? 'open' : 'closed', state.instrument)}
${bridge?.regime ? said('regime', 'bridge.regime.sessionPhase', bridge.regime.sessionPhase, bridge.regime.sessionPhase, `volatility ${bridge.regime.volatility ?? 'unknown'}, trend ${bridge.regime.trend ?? 'unknown'}`) : ''}
${bridge?.position ? said('position', 'bridge.position', bridge.position, bridge.position) : ''}
${release ? said('live release', 'release.modelVersion', release.modelVersion, `v${release.modelVersion}`, `gate: ${release.gateVerdict === 'pass' ? 'passed' : 'held, approved by operators'}`) : ''}
${said('live = replay', 'cleanDays', state.cleanDays, `${state.cleanDays} days`, 'bit for bit, in a row')}
${said('entries in the log', 'log.size', state.log.size, state.log.size)}
</ul>`;
}
