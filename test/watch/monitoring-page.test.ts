import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../setup/port-state.js';
import type { WatcherStatus } from '../../shared/alarm/alarm-log.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { acknowledgeLink } from '../../watch/acknowledge-link.js';
import { temporaryFolder } from '../release/release-fixture.js';
import { pause } from '../ship/running-stack.js';

const cli = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
const SINCE = '2025-03-03T18:00:00.000Z';

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

describe('the monitoring page', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  let page: ChildProcess;
  let port = 0;

  beforeEach(async () => {
    [port] = [await freePort()];
    page = spawn(process.execPath, ['--no-warnings', cli, 'monitor', 'serve', '--home', folder()], {
      stdio: 'ignore',
      // No Temporal answers there: the page shows what the watchers wrote all the same.
      env: {
        ...process.env,
        BELIEVE_WATCH_PAGE_PORT: String(port),
        BELIEVE_TEMPORAL_PORT: String(await freePort()),
        BELIEVE_WATCH_PAGE_URL: 'https://believe.example',
      },
    });
    for (let tries = 0; ; tries++) {
      assert.ok(tries < 300, 'the page does not answer');
      if (
        await get('/api/state.json').then(
          () => true,
          () => false,
        )
      )
        return;
      await pause(100);
    }
  });
  afterEach(async () => {
    const ended = new Promise((resolve) => page.once('exit', resolve));
    page.kill('SIGINT');
    await ended;
  });

  function ask(method: string, place: string, headers: Record<string, string> = {}, body = ''): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, path: place, method, headers }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            body: Buffer.concat(chunks).toString('utf8'),
            headers: answer.headers,
          }),
        );
      });
      asked.on('error', reject);
      asked.end(body);
    });
  }
  const get = (place: string, headers: Record<string, string> = {}) => ask('GET', place, headers);
  const post = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    ask('POST', '/acknowledge', headers, new URLSearchParams(fields).toString());

  function status(tier: 'broker' | 'research', open: WatcherStatus['open'] = []): void {
    const at = new Date().toISOString();
    const file = homePlaces(folder()).watch.status(tier);
    mkdirSync(path.dirname(file), { recursive: true });
    const watchdogs = [
      {
        name: 'BridgeSilent',
        seen: 'status 1 s old',
        limit: '30 s',
        state: open.length > 0 ? ('alarm' as const) : ('well' as const),
      },
    ];
    writeFileSync(file, JSON.stringify({ v: 1, tier, pid: 1, at, startedAt: at, watchdogs, open }));
  }
  const silent: WatcherStatus['open'][number] = {
    ...{
      tier: 'broker',
      name: 'BridgeSilent',
      about: '',
      severity: 'page',
      detail: '<script>alert(1)</script>',
      look: 'look at its log',
    },
    ...{ since: SINCE, fingerprint: 'broker/BridgeSilent', isHandedOver: true, messages: 1, inhibitedBy: null },
  };

  it('says that all is well, that an alarm is open, or that nobody watches', async () => {
    assert.match((await get('/')).body, /Nobody watches/);
    status('broker');
    status('research');
    assert.match((await get('/')).body, /<h1>All is well<\/h1>/);
    status('broker', [silent]);
    const { body, headers } = await get('/');
    assert.match(body, /1 alarm open/);
    assert.match(body, /&#60;script&#62;alert\(1\)/);
    assert.doesNotMatch(body, /<script>alert/);
    assert.match(String(headers['content-security-policy']), /default-src 'none'.*script-src 'sha256-/);
    assert.match((await get('/metrics')).body, /believe_watchdog_alarm\{tier="broker",watchdog="BridgeSilent"\} 1/);
  });

  it('answers this machine, and the address that people reach it by, and nobody else', async () => {
    for (const [headers, expected] of [
      [{ host: 'evil.example' }, 403],
      [{ host: `127.0.0.1:${port}`, origin: 'http://evil.example' }, 403],
      [{ host: 'believe.example' }, 200],
      [{ host: 'believe.example', origin: 'https://evil.example' }, 403],
    ] as const)
      assert.equal((await get('/', headers)).status, expected, JSON.stringify(headers));
  });

  it('takes an answer from its own form, or from the link of that alarm since that time, and none else', async () => {
    status('broker', [silent]);
    const { linkKey } = homePlaces(folder()).watch;
    const { searchParams } = new URL(acknowledgeLink('https://believe.example', linkKey, silent));
    const fields = Object.fromEntries(searchParams);
    const asked = await get(`/acknowledge?${searchParams}`);
    assert.match(asked.body, /Acknowledge broker\/BridgeSilent\?/);
    assert.equal((await post({ alarm: 'broker/BridgeSilent', by: 'eve' })).status, 403);
    assert.equal((await post({ ...fields, by: 'eve', key: 'x'.repeat(43) })).status, 403);
    assert.equal((await post({ ...fields, by: 'eve', alarm: 'research/TemporalDown' })).status, 403);
    const answered = await post({ ...fields, by: 'ada' });
    assert.equal(answered.status, 200);
    assert.match(answered.body, /was not acknowledged: no Temporal server answers/);
    const later = { ...silent, since: '2025-03-04T18:00:00.000Z' };
    status('broker', [later]);
    assert.match((await post({ ...fields, by: 'ada' })).body, /for an alarm that is over/);
  });

  it('gives no file but its reports', async () => {
    for (const place of [
      '/report?instrument=..&date=2025-03-03',
      '/report?instrument=ESZ5&date=../../x',
      '/trend?instrument=..',
      '/etc/passwd',
      '/report',
    ])
      assert.equal((await get(place)).status, 404, place);
    assert.equal((await post({ by: 'x'.repeat(20_000) })).status, 500, 'a form without end');
  });
});
