import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { freePort } from '../../setup/port-state.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { OtlpReceiver, type ReceivedSpan } from '../telemetry/otlp-receiver.js';
import { SMALL_MARKET } from './running-stack.js';
import { type Running, TestHome } from './test-home.js';

const REASON = 'the market of Zebulon';
/** Steps of every ship; `checkDecision` is what an update asks for. */
const STEPS = [
  ...['openShip', 'pinTrainingSet', 'buildSamples', 'trainHead', 'assembleCandidate', 'planGate', 'scoreFold'],
  ...['judgeGate', 'checkDecision', 'takeLane', 'signRelease', 'publishRelease', 'recordLive', 'leaveLane'],
  ...['pullRelease', 'verifyRelease', 'nextRthOpen', 'armSwap', 'awaitSwap', 'observeRelease'],
];

describe('ships of the whole set-up whose payloads are encrypted, and whose traces go to a collector', function () {
  this.timeout(300_000);
  let testHome: TestHome;
  let collector: OtlpReceiver;
  let up: Running;
  let metricsPort: number;
  before(async () => {
    collector = await OtlpReceiver.open();
    metricsPort = await freePort();
    const settings = {
      BELIEVE_TEMPORAL_ENCRYPTION_KEYS_FILE: 'payload-keys.json',
      BELIEVE_TEMPORAL_ENCRYPTION_REQUIRED: 'true',
      BELIEVE_TEMPORAL_ENCRYPTION_SERVER_PORT: String(await freePort()),
      BELIEVE_TELEMETRY_TRACES: collector.url,
      BELIEVE_METRICS_RESEARCH_PORT: String(metricsPort),
    };
    testHome = await TestHome.open({ ...SMALL_MARKET, ...settings }, { gate: { testRowsMin: 20 } });
  });
  after(async () => {
    await collector.close();
    await testHome.close();
  });

  it('go live, are shown to who has the key, and leave no word of it in the database of the server', async () => {
    assert.match((await testHome.believe('up', '--once')).stderr, /payload-keys.json: there is no such file/);
    assert.equal((await testHome.believe('codec', 'keys', 'init')).code, 0);
    // The second ship has no collector any more as soon as it has trained.
    collector.onSpans = () => {
      const hasSwapped = collector.spans.some(({ service }) => service === 'believe-bridge');
      if (hasSwapped && shipsOf(collector.spans, 'trainHead').length > 1) void collector.close();
    };
    up = testHome.start('up', '--approve', REASON, '--by', 'test');
    await up.until(/up until Ctrl-C/);
    const status = await testHome.believe('ship', 'status', '--json');
    assert.ok(status.stdout.includes('Live'), status.stderr);
    const { BELIEVE_TEMPORAL_UI_PORT: uiPort, BELIEVE_TEMPORAL_ENCRYPTION_SERVER_PORT: port } = testHome.env;
    const settings = await (await fetch(`http://127.0.0.1:${uiPort}/api/v1/settings`)).text();
    assert.ok(settings.includes(`http://127.0.0.1:${port}`), 'the Web UI knows the codec server');
    const asked = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"payloads":[]}' };
    assert.equal((await fetch(`http://127.0.0.1:${port}/decode`, asked)).status, 200);
    const page = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    await up.stop();
    assert.match(page, /^temporal_activity_execution_latency_count\{.*activity_type="trainHead".*\} [1-9]/m);
    assert.match(page, /^temporal_\w+\{.*namespace="believe".*task_queue="believe-research".*\} /m);
    const folder = homePlaces(testHome.home).temporal;
    const stored = readdirSync(folder)
      .map((file) => readFileSync(path.join(folder, file), 'latin1'))
      .join('');
    assert.ok(stored.includes('binary/encrypted'));
    for (const word of ['Zebulon', 'gate-report.json', 'merkleRoot', 'payloadSha256'])
      assert.ok(!stored.includes(word), `the database holds: ${word}`);
  });

  it('are one trace each over all processes, the swap of the bridge too', () => {
    assert.deepEqual(collector.problems, []);
    const [ship] = shipsOf(collector.spans, 'trainHead');
    const whole = collector.spans.find(({ name, attributes }) => isRun(name) && attributes['believe.ship'] === ship)!;
    assert.deepEqual([whole.service, whole.parentSpanId, whole.failed], ['believe-orchestrator', '', false]);
    assert.deepEqual(
      [whole.attributes['believe.outcome'], whole.attributes['believe.release']],
      ['Live', 'believe-v1'],
    );
    const trace = collector.spans.filter(({ traceId }) => traceId === whole.traceId);
    assert.deepEqual(
      collector.spans.filter(({ attributes }) => attributes['believe.ship'] === ship).length,
      trace.length,
      'none of it is in another trace',
    );
    assert.equal(new Set(trace.map(({ spanId }) => spanId)).size, trace.length, 'none comes twice');
    assert.deepEqual(
      [...new Set(trace.map(({ service }) => service))].sort(),
      ['bridge', 'broker', 'orchestrator', 'research'].map((role) => `believe-${role}`),
    );

    const parentOf = ({ parentSpanId }: ReceivedSpan) => trace.find(({ spanId }) => spanId === parentSpanId);
    for (const step of STEPS) {
      const runs = trace.filter(({ name }) => name === `RunActivity:${step}`);
      assert.ok(runs.length > 0, step);
      for (const run of runs) {
        assert.deepEqual([run.attributes['believe.attempt'], run.failed], [1, false]);
        const asked = parentOf(run);
        assert.equal(asked?.name, `StartActivity:${step}`);
        const by = step === 'checkDecision' ? 'HandleUpdate:decide' : 'RunWorkflow:shipModel';
        assert.equal(parentOf(asked!)?.name, by);
      }
    }
    assert.equal(parentOf(trace.find(({ name }) => name === 'HandleUpdate:decide')!)?.name, whole.name);
    const swap = trace.find(({ name }) => name === 'HotSwap')!;
    assert.equal(parentOf(swap)?.name, 'RunActivity:armSwap');
    assert.deepEqual([swap.service, swap.attributes['believe.outcome']], ['believe-bridge', 'swapped']);
    const loaded = trace.find(({ name }) => name === 'LoadRelease')!;
    assert.equal(parentOf(loaded), swap);
    assert.ok(swap.fromMs <= loaded.fromMs && loaded.toMs <= swap.toMs);
  });

  it('say no more to the collector than ids, names, times, attempts and outcomes', () => {
    const keys = collector.spans.flatMap(({ attributes }) => Object.keys(attributes));
    assert.deepEqual([...new Set(keys)].sort(), [
      ...['believe.attempt', 'believe.outcome', 'believe.release', 'believe.ship'],
      ...['run_id', 'temporalActivityId', 'temporalUpdateId', 'temporalWorkflowId'],
    ]);
    const sent = collector.bodies.join('');
    for (const word of ['Zebulon', 'gate-report', 'sha256', testHome.home])
      assert.ok(!sent.includes(word), `a span holds: ${word}`);
  });

  it('end as before where the collector is killed in the middle, of which each process says so once', async () => {
    const swaps = testHome.swaps();
    assert.deepEqual(
      swaps.map(({ outcome }) => outcome),
      ['swapped', 'swapped'],
    );
    for (const name of ['orchestrator', 'research', 'broker']) {
      const log = readFileSync(path.join(homePlaces(testHome.home).logs, `${name}.log`), 'utf8');
      assert.equal(log.split('traces: the collector').length - 1, 1, log);
      assert.match(log, /traces: \d+ spans were not sent/);
    }
  });
});

const isRun = (name: string) => name.startsWith('RunWorkflow:');

/** Ships of which such a step has ended. */
function shipsOf(spans: readonly ReceivedSpan[], step: string): unknown[] {
  const steps = spans.filter(({ name }) => name === `RunActivity:${step}`);
  return [...new Set(steps.map(({ attributes }) => attributes['believe.ship']))];
}
