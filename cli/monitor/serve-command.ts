import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Command } from 'commander';
import { MonitorFolder } from '../../research/monitor/monitor-folder.js';
import { askPage } from '../../research/monitor/page/ask-page.js';
import { overviewPage } from '../../research/monitor/page/overview-page.js';
import { monitorPage } from '../../research/monitor/page/report-page.js';
import { trendPage } from '../../research/monitor/page/trend-page.js';
import { LIVE_PAGE_POLICY } from '../../research/page/live-page.js';
import { TIERS } from '../../shared/alarm/alarm.js';
import { watcherStatus } from '../../shared/alarm/alarm-log.js';
import type { Config } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { contractInUse } from '../../shared/node/contract/rolls-file.js';
import { readJson } from '../../shared/node/files/read-json.js';
import { closeServer, listenOnLoopback } from '../../shared/node/http/loopback-server.js';
import { isForThisMachine, OTHER_HOST } from '../../shared/node/http/own-host.js';
import { keepFilesPrivate } from '../../shared/node/process/private-files.js';
import { untilAskedToStop } from '../../shared/node/process/stop-request.js';
import { ACKNOWLEDGE, type AlarmState, alarmId } from '../../shared/orchestration/alarm/messages.js';
import { ALARM_ATTRIBUTES } from '../../shared/orchestration/alarm/search-attributes.js';
import { connectClient } from '../../temporal/client.js';
import { serverAddress } from '../../temporal/server-address.js';
import { isLinkKey } from '../../watch/acknowledge-link.js';
import { watchMetrics } from '../../watch/metrics.js';
import { configOf, type HomeOptions, homeVerbs } from '../home-verb.js';
import { say } from '../output.js';
import { webUiLink } from '../ship/web-ui-link.js';

/** `believe monitor serve`: the monitoring page, until it is stopped. */
export function registerServe(noun: Command): void {
  homeVerbs(noun)('serve', 'the monitoring page, on loopback, until stopped').action(async (options: HomeOptions) => {
    keepFilesPrivate();
    const config = configOf(options);
    const page = new MonitorPage(config);
    const { pagePort: port } = config.watch;
    const server = await listenOnLoopback({ port, purpose: 'the monitoring page', field: 'watch.pagePort' });
    server.on('request', (request, response) => void page.answer(request, response));
    say(`monitoring page: http://127.0.0.1:${port}/`);
    await untilAskedToStop();
    await page.close();
    await closeServer(server);
  });
}

const REPORTS_SHOWN = 60;
const FORM_BYTES_MAX = 10_000;
const EVENT_EVERY_MS = 5000;
const STATES_EVERY_MS = 3000;
const STATES_WAIT_MS = 400;

class MonitorPage {
  private readonly formKey = randomBytes(24).toString('base64url');
  private readonly reports: MonitorFolder;
  private readonly listeners = new Set<ServerResponse>();
  private readonly timer: NodeJS.Timeout;
  private client: Client | null = null;
  private refreshing: Promise<void> | null = null;
  private states: { readonly atMs: number; readonly of: ReadonlyMap<string, string> } = { atMs: 0, of: new Map() };

  constructor(private readonly config: Config) {
    this.reports = new MonitorFolder(homePlaces(config.home).research.monitor);
    this.timer = setInterval(() => {
      for (const one of this.listeners) one.write('data: look\n\n');
    }, EVENT_EVERY_MS);
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    for (const one of this.listeners) one.end();
    await this.client?.connection.close();
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (!this.isOwn(request)) return send(response, 403, OTHER_HOST, 'text/plain');
      const url = new URL(request.url ?? '/', 'http://page');
      const asked = `${request.method} ${url.pathname}`;
      if (asked === 'GET /') return send(response, 200, await this.overview(null));
      if (asked === 'GET /events') return this.follow(request, response);
      if (asked === 'GET /api/state.json') return send(response, 200, JSON.stringify(this.tiers()), 'application/json');
      if (asked === 'GET /metrics')
        return send(response, 200, watchMetrics(this.tiers(), Date.now()), 'text/plain; version=0.0.4');
      if (asked === 'GET /report') return this.report(url, response);
      if (asked === 'GET /trend') return this.trend(url, response);
      if (asked === 'GET /acknowledge') return send(response, 200, this.askForName(url.searchParams));
      if (asked === 'POST /acknowledge') return await this.acknowledge(await formOf(request), response);
      send(response, 404, 'there is no such page\n', 'text/plain');
    } catch (error) {
      say(`monitor page: ${(error as Error).message}`);
      if (!response.headersSent) send(response, 500, 'this went wrong; the log of the page says how\n', 'text/plain');
    }
  }

  /** Who names this machine, or the address that people reach it by; and no page of another origin. */
  private isOwn({ headers }: IncomingMessage): boolean {
    if (isForThisMachine(headers)) return true;
    const { pageUrl } = this.config.watch;
    if (pageUrl === null) return false;
    const { host, origin } = new URL(pageUrl);
    return headers.host === host && (headers.origin === undefined || headers.origin === origin);
  }

  private tiers() {
    const { watch } = homePlaces(this.config.home);
    return TIERS.map((tier) => ({ tier, status: readJson(watch.status(tier), watcherStatus) }));
  }

  private async overview(said: string | null): Promise<string> {
    const contract = contractInUse(homePlaces(this.config.home).broker.rolls, this.config.instrument);
    const reports = this.reports.before(contract, '9999-12-31', REPORTS_SHOWN);
    return overviewPage({
      ...{
        nowMs: Date.now(),
        tiers: this.tiers(),
        states: await this.statesNow(),
        reports,
        formKey: this.formKey,
        said,
      },
      synthetic: this.config.gateway.embedded || reports.some(({ synthetic }) => synthetic),
      webUi: webUiLink(this.config),
    });
  }

  private report(url: URL, response: ServerResponse): void {
    const [instrument, date] = [url.searchParams.get('instrument') ?? '', url.searchParams.get('date') ?? ''];
    // Only names that are there: none of them becomes a path by itself.
    const isKnown = this.reports.instruments().includes(instrument) && this.reports.dates(instrument).includes(date);
    const report = isKnown ? this.reports.read(instrument, date) : null;
    if (report === null) send(response, 404, 'there is no such report\n', 'text/plain');
    else send(response, 200, monitorPage(report));
  }

  private trend(url: URL, response: ServerResponse): void {
    const instrument = url.searchParams.get('instrument') ?? '';
    const isKnown = this.reports.instruments().includes(instrument);
    const reports = isKnown ? this.reports.before(instrument, '9999-12-31', 250) : [];
    if (reports.length === 0) send(response, 404, 'no day of it was monitored\n', 'text/plain');
    else send(response, 200, trendPage(instrument, reports));
  }

  private follow(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write('retry: 3000\n\n');
    this.listeners.add(response);
    request.on('close', () => this.listeners.delete(response));
  }

  /** A link in a message only asks: programs that look at mails follow links. */
  private askForName(query: URLSearchParams): string {
    return askPage(Object.fromEntries(['alarm', 'since', 'key'].map((name) => [name, query.get(name) ?? ''])));
  }

  private async acknowledge(form: URLSearchParams, response: ServerResponse): Promise<void> {
    const field = (name: string) => form.get(name) ?? '';
    const { linkKey } = homePlaces(this.config.home).watch;
    const isAllowed =
      isSame(field('form'), this.formKey) || isLinkKey(linkKey, field('alarm'), field('since'), field('key'));
    if (!isAllowed) return send(response, 403, 'this form is not of this page: load it again\n', 'text/plain');
    send(
      response,
      200,
      await this.overview(
        await this.acknowledged(field('alarm'), field('since'), { by: field('by'), reason: field('reason') }),
      ),
    );
  }

  private async acknowledged(
    fingerprint: string,
    since: string,
    answer: { by: string; reason: string },
  ): Promise<string> {
    const open = this.tiers()
      .flatMap(({ status }) => status?.open ?? [])
      .find((one) => one.fingerprint === fingerprint);
    if (!open) return `${fingerprint} is not open.`;
    // A link of an alarm that was over meanwhile says nothing about the one of now.
    if (since !== '' && since !== open.since)
      return `That link was for an alarm that is over; ${fingerprint} is another one, since ${open.since}.`;
    try {
      const handle = (await this.connected()).workflow.getHandle(alarmId(fingerprint));
      const { acknowledgedBy } = await handle.executeUpdate<AlarmState, [object]>(ACKNOWLEDGE, { args: [answer] });
      this.states = { atMs: 0, of: new Map() };
      return `${fingerprint}: acknowledged by ${acknowledgedBy}.`;
    } catch (error) {
      const cause = (error as Error).cause;
      return `${fingerprint} was not acknowledged: ${cause instanceof Error ? cause.message : (error as Error).message}`;
    }
  }

  /** Of running alarms; as they were last where Temporal does not answer at once: the page must come whatever is down. */
  private async statesNow(): Promise<ReadonlyMap<string, string>> {
    if (Date.now() - this.states.atMs > STATES_EVERY_MS)
      this.refreshing ??= this.refreshStates().finally(() => {
        this.refreshing = null;
      });
    await Promise.race([this.refreshing, pause(STATES_WAIT_MS)]);
    return this.states.of;
  }

  private async refreshStates(): Promise<void> {
    try {
      const of = new Map<string, string>();
      const query = 'WorkflowType="alarm" AND ExecutionStatus="Running"';
      for await (const { workflowId, typedSearchAttributes } of (await this.connected()).workflow.list({ query }))
        of.set(workflowId.replace(/^alarm\//, ''), typedSearchAttributes.get(ALARM_ATTRIBUTES.state) ?? 'Open');
      this.states = { atMs: Date.now(), of };
    } catch {
      await this.client?.connection.close().catch(() => {});
      this.client = null;
      this.states = { atMs: Date.now(), of: this.states.of };
    }
  }

  private async connected(): Promise<Client> {
    this.client ??= await connectClient(serverAddress(this.config, 'watcher'));
    return this.client;
  }
}

function send(response: ServerResponse, status: number, body: string, type = 'text/html'): void {
  response
    .writeHead(status, {
      'content-type': `${type}; charset=utf-8`,
      'content-security-policy': LIVE_PAGE_POLICY,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
    .end(body);
}

async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > FORM_BYTES_MAX) throw new Error('a form has too many bytes');
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
