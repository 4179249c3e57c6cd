import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../setup/port-state.js';
import { runCommand } from '../../setup/run-command.js';
import { collectorUrl } from '../../shared/config/telemetry.js';
import { headersIn } from '../../telemetry/headers.js';

const LIMIT = { timeLimitMs: 60_000 };

describe('settings of telemetry', function () {
  this.timeout(60_000);
  const home = mkdtempSync(path.join(tmpdir(), 'believe-telemetry-'));
  after(() => rmSync(home, { recursive: true, force: true }));

  it("mean OpenTelemetry's own path where an address has none", () => {
    const urls = ['http://127.0.0.1:4318', 'https://otel.example.org/', 'https://otel.example.org/tenant/7/traces'];
    assert.deepEqual(
      urls.map((url) => collectorUrl(url)?.href),
      [
        ...['http://127.0.0.1:4318/v1/traces', 'https://otel.example.org/v1/traces'],
        'https://otel.example.org/tenant/7/traces',
      ],
    );
  });

  it('take headers as HTTP writes them, and name the line that is none, and not what is in it', () => {
    const text = 'Authorization: Bearer a b=\r\n\nx-tenant:7 \n';
    assert.deepEqual(headersIn(text, 'f'), { authorization: 'Bearer a b=', 'x-tenant': '7' });
    for (const bad of ['Bearer hidden', ': hidden', 'a: ', 'a: hid\u0000den', 'a b: hidden'])
      assert.throws(
        () => headersIn(`x: y\n${bad}\n`, 'headers'),
        (error: Error) => /headers \(line 2\): is no header/.test(error.message) && !/hid/.test(error.message),
      );
  });

  for (const [what, env, says] of [
    [
      'an address for metrics that this machine does not have',
      { BELIEVE_TELEMETRY_METRICS_ADDRESS: '203.0.113.7' },
      /metrics cannot be served on 203[.]0[.]113[.]7:\d+: .*address/,
    ],
    [
      'headers that others can read',
      { BELIEVE_TELEMETRY_TRACES: 'http://127.0.0.1:4318', BELIEVE_TELEMETRY_HEADERS_FILE: 'exposed' },
      /exposed is not for its owner only/,
    ],
    [
      'headers that are not there',
      { BELIEVE_TELEMETRY_TRACES: 'http://127.0.0.1:4318', BELIEVE_TELEMETRY_HEADERS_FILE: 'missing' },
      /missing: is not there/,
    ],
  ] as const)
    it(`keep a worker from starting without a word over ${what}`, async function () {
      if (process.platform === 'win32' && what === 'headers that others can read') this.skip();
      writeFileSync(path.join(home, 'exposed'), 'x: y\n');
      chmodSync(path.join(home, 'exposed'), 0o644);
      const port = String(await freePort());
      const { status, stderr } = await runCommand(
        process.execPath,
        [path.resolve('dist/workers/orchestrator.js'), '--home', home],
        { ...LIMIT, env: { ...process.env, BELIEVE_METRICS_ORCHESTRATOR_PORT: port, ...env } },
      );
      assert.notEqual(status, 0);
      assert.match(stderr, says);
    });
});
