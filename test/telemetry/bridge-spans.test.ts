import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Resource } from '@opentelemetry/resources';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { SwapSpans } from '../../bridge/swap/swap-spans.js';
import { type ArmedSwap, armedSwap } from '../../shared/contract/armed-swap.js';
import { SPANS_BYTES_MAX } from '../../shared/contract/bridge-span.js';
import type { SwapRecord } from '../../shared/contract/swap-record.js';
import { sendBridgeSpans } from '../../telemetry/bridge-spans.js';

const TRACE = 'a'.repeat(32);
const ARMING = 'b'.repeat(16);
const ARMED = {
  ...{ v: 1, shipId: 'ship/1~0a1b2c3d', modelVersion: 3, counter: 3, payloadSha256: 'c'.repeat(64) },
  ...{ tarball: 'believe-v3.tar.gz', envelope: 'believe-v3.dsse.json', notBeforeMarketMs: 0 },
};
const traced = armedSwap.parse({ ...ARMED, traceparent: `00-${TRACE}-${ARMING}-01` });
const recordOf = ({ shipId, payloadSha256 }: ArmedSwap, outcome: SwapRecord['outcome'] = 'swapped') =>
  ({ shipId, payloadSha256, outcome }) as SwapRecord;

describe("the bridge's spans", function () {
  this.timeout(60_000);
  const folder = mkdtempSync(path.join(tmpdir(), 'believe-spans-'));
  const armed = path.join(folder, 'armed');
  const file = path.join(armed, 'spans.jsonl');
  const sent: ReadableSpan[] = [];
  const to = { onEnd: (span: ReadableSpan) => sent.push(span) } as unknown as SpanProcessor;
  let end = () => {};
  beforeEach(() => {
    mkdirSync(armed);
    sent.length = 0;
  });
  afterEach(() => {
    end();
    rmSync(armed, { recursive: true, force: true });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** `sent` once there are so many. */
  async function arrived(count: number): Promise<ReadableSpan[]> {
    while (sent.length < count) await new Promise((resolve) => setTimeout(resolve, 50));
    return sent;
  }
  const idsOf = (span: ReadableSpan) => [span.name, span.parentSpanId, span.spanContext().traceId];

  it('reach who has a network by a file, and belong to the step that armed the swap', async () => {
    end = sendBridgeSpans(armed, new Resource({}), to);
    const spans = new SwapSpans(armed);
    assert.equal(await spans.loading(traced, async () => 'heads'), 'heads');
    spans.settled(recordOf(traced));
    const [swap, load] = await arrived(2);
    assert.deepEqual(idsOf(swap!), ['HotSwap', ARMING, TRACE]);
    assert.deepEqual(idsOf(load!), ['LoadRelease', swap!.spanContext().spanId, TRACE]);
    const { attributes } = swap!;
    assert.deepEqual(attributes, {
      ...{ 'believe.ship': ARMED.shipId, 'believe.release': 'believe-v3', 'believe.outcome': 'swapped' },
    });
  });

  it('say that a release was refused, and are passed over where a line is damaged', async () => {
    writeFileSync(file, '{"v":1,"name":"HotSwap"}\n\u0000\n');
    const spans = new SwapSpans(armed);
    await assert.rejects(
      spans.loading(traced, () => Promise.reject(new Error('bad heads'))),
      /bad heads/,
    );
    spans.settled(recordOf(traced, 'refused'));
    end = sendBridgeSpans(armed, new Resource({}), to);
    assert.deepEqual(
      (await arrived(2)).map(({ name, status }) => [name, status.code]),
      [
        ['HotSwap', 2],
        ['LoadRelease', 2],
      ],
    );
  });

  it('are none where nobody asked for a trace, or asked by something else', async () => {
    for (const traceparent of [undefined, 'garbage', 7, `00-${TRACE}-01`]) {
      const asked = armedSwap.parse({ ...ARMED, traceparent });
      assert.equal(asked.traceparent, undefined);
      const spans = new SwapSpans(armed);
      await spans.loading(asked, async () => null);
      spans.settled(recordOf(asked));
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(existsSync(file), false);
  });

  it('change nothing for the bridge where there is no folder, or where nobody takes them', async () => {
    rmSync(armed, { recursive: true });
    const spans = new SwapSpans(armed);
    const swapOnce = async () => {
      assert.equal(await spans.loading(traced, async () => 1), 1);
      spans.settled(recordOf(traced));
      await new Promise((resolve) => setTimeout(resolve, 50));
    };
    await swapOnce();
    assert.equal(existsSync(armed), false);
    mkdirSync(armed);
    const full = 'x'.repeat(SPANS_BYTES_MAX);
    appendFileSync(file, full);
    await swapOnce();
    assert.equal(statSync(file).size, SPANS_BYTES_MAX);
  });
});
