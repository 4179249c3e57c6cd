import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { findOnPath } from '../../setup/find-on-path.js';
import { freePort } from '../../setup/port-state.js';
import type { WatcherStatus } from '../../shared/alarm/alarm-log.js';
import { watchConfig } from '../../shared/config/watch.js';
import { watchMetrics } from '../../watch/metrics.js';
import { grafanaDashboard, inhibitRules, prometheusRules } from '../../watch/prometheus-rules.js';
import { WATCHDOGS } from '../../watch/watchdogs.js';
import { pause } from '../ship/running-stack.js';

const run = promisify(execFile);
const NOW = Date.parse('2025-03-03T18:00:00Z');

function statusOf(state: 'well' | 'alarm', nowMs = NOW): WatcherStatus {
  const at = new Date(nowMs).toISOString();
  const watchdogs = [
    { name: 'BridgeSilent', seen: 'status 40 s old', limit: '30 s', state },
    { name: 'TunnelDown', seen: 'no interface', limit: '300 s', state: 'off' as const },
  ];
  return { v: 1, tier: 'broker', pid: 1, at, startedAt: at, watchdogs, open: [] };
}

describe('watchdogs for Prometheus', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'believe-prometheus-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('are a gauge each, where a watchdog knows, and the age of the look', () => {
    const text = watchMetrics(
      [
        { tier: 'broker', status: statusOf('alarm') },
        { tier: 'research', status: null },
      ],
      NOW + 5000,
    );
    assert.match(text, /^believe_watchdog_alarm\{tier="broker",watchdog="BridgeSilent"\} 1$/m);
    assert.match(text, /^believe_watcher_age_seconds\{tier="broker"\} 5\.0$/m);
    assert.doesNotMatch(text, /TunnelDown/);
  });

  it('have a rule each, and inhibitions and a dashboard that are JSON', () => {
    const { groups } = JSON.parse(prometheusRules(watchConfig.parse({}))) as {
      groups: { rules: { alert: string }[] }[];
    };
    const alerts = groups[0]!.rules.map(({ alert }) => alert);
    assert.deepEqual([...alerts].sort(), WATCHDOGS.map(({ name }) => `Believe${name}`).sort());
    const { inhibit_rules: rules } = JSON.parse(inhibitRules()) as { inhibit_rules: object[] };
    assert.ok(rules.length > 10);
    assert.equal((JSON.parse(grafanaDashboard()) as { panels: object[] }).panels.length, 3);
  });

  describe('with a real Prometheus', function () {
    this.timeout(60_000);
    let page: Server;
    let prometheus: ChildProcess | undefined;
    let api = '';
    let state: 'well' | 'alarm' = 'well';

    before(async function () {
      const [server, promtool] = await Promise.all([findOnPath('prometheus'), findOnPath('promtool')]);
      // Debian's package prometheus has both; they are no part of what the product needs.
      if (!server || !promtool) return this.skip();
      writeFileSync(path.join(folder, 'rules.yml'), prometheusRules(watchConfig.parse({})));
      await run(promtool, ['check', 'rules', path.join(folder, 'rules.yml')]);
      page = createServer((_, response) =>
        response.end(
          watchMetrics(
            [{ tier: 'research', status: { ...statusOf(state, Date.now()), tier: 'research' } }],
            Date.now(),
          ),
        ),
      );
      await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
      const target = `127.0.0.1:${(page.address() as AddressInfo).port}`;
      const port = await freePort();
      api = `http://127.0.0.1:${port}/api/v1/alerts`;
      const config = {
        global: { scrape_interval: '1s', evaluation_interval: '1s' },
        rule_files: ['rules.yml'],
        scrape_configs: [{ job_name: 'believe', static_configs: [{ targets: [target] }] }],
      };
      writeFileSync(path.join(folder, 'prometheus.yml'), JSON.stringify(config));
      prometheus = spawn(
        server,
        [
          `--config.file=${path.join(folder, 'prometheus.yml')}`,
          `--storage.tsdb.path=${path.join(folder, 'data')}`,
          `--web.listen-address=127.0.0.1:${port}`,
        ],
        { stdio: 'ignore' },
      );
    });
    after(async () => {
      page?.close();
      if (prometheus === undefined) return;
      const ended = new Promise((resolve) => prometheus!.once('exit', resolve));
      prometheus.kill('SIGTERM');
      await ended;
    });

    const firing = async (): Promise<string[]> => {
      // While it starts it takes no connection, and then answers 503 in plain words.
      const asked = await fetch(api).catch(() => null);
      if (asked?.ok !== true) return [];
      const answer = (await asked.json()) as { data: { alerts: { labels: { alertname: string }; state: string }[] } };
      return answer.data.alerts.filter((one) => one.state === 'firing').map(({ labels }) => labels.alertname);
    };
    const until = async (wanted: string) => {
      for (let tries = 0; (await firing()).join() !== wanted; tries++) {
        assert.ok(tries < 200, `firing: ${await firing()}`);
        await pause(200);
      }
    };

    it('fire while a watchdog sees an alarm, and when nothing can be seen any more', async () => {
      state = 'alarm';
      await until('BelieveBridgeSilent');
      state = 'well';
      await until('');
      page.closeAllConnections();
      page.close();
      await until('BelieveWatcherSilent');
    });
  });
});
