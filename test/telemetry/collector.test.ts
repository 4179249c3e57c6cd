import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Resource } from '@opentelemetry/resources';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { Collector, WAITING_SPANS_MAX } from '../../telemetry/collector.js';
import { OtlpReceiver } from './otlp-receiver.js';

const PATIENCE = { answerMs: 30_000, retryMs: 50 };
const HASTE = { ...PATIENCE, answerMs: 100 };

describe('the way of spans to a collector', function () {
  this.timeout(60_000);
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  function tracerTo(url: string, { headers = {} as Record<string, string>, patience = PATIENCE } = {}) {
    const lines: string[] = [];
    const collector = new Collector({ url: new URL(url), headers, log: (line) => lines.push(line) }, patience);
    const resource = new Resource({ 'service.name': 'test' });
    const tracer = new BasicTracerProvider({ resource, spanProcessors: [collector] }).getTracer('test');
    const end = (count: number) => {
      for (let at = 0; at < count; at++) tracer.startSpan(`span ${at}`).end();
    };
    return { collector, tracer, lines, end };
  }

  async function serve(listener: RequestListener): Promise<{ url: string; asked: () => number }> {
    let asked = 0;
    const server: Server = createServer((request, answer) => {
      asked++;
      request.resume();
      listener(request, answer);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`, asked: () => asked };
  }

  const HOSTILE: Readonly<Record<string, RequestListener>> = {
    'never answers': () => {},
    'answers without an end': (_request, answer) => {
      answer.writeHead(503);
      const timer = setInterval(() => answer.write('x'.repeat(1 << 16)), 1);
      answer.once('close', () => clearInterval(timer));
    },
    'hangs up': (request) => request.socket.destroy(),
    'is overloaded': (_request, answer) => answer.writeHead(503).end(),
  };
  for (const [what, listener] of Object.entries(HOSTILE)) {
    it(`keeps so many spans for one that ${what}, loses the others, counts them, and says so once`, async () => {
      const server = await serve(listener);
      const { collector, lines, end } = tracerTo(server.url, { patience: HASTE });
      let ended = WAITING_SPANS_MAX + 100;
      end(ended);
      while (server.asked() < 3) {
        await collector.forceFlush();
        end(1);
        ended++;
      }
      assert.equal(lines.length, 1, lines.join('\n'));
      assert.match(lines[0]!, /^traces: the collector http:\/\/127\.0\.0\.1:\d+ .*; 2048 spans wait for it/);
      await collector.shutdown();
      assert.equal(lines.length, 2);
      assert.equal(lines[1], `traces: ${ended} spans were not sent`);
    });
  }

  it('loses what a collector refuses for good, and goes on with the next', async () => {
    const server = await serve((_request, answer) => answer.writeHead(400).end('<html>no</html>'));
    const { collector, lines, end } = tracerTo(server.url);
    end(300);
    await collector.forceFlush();
    await collector.shutdown();
    assert.match(lines.join('\n'), /^traces: the collector \S+ answers 400; .*\ntraces: 300 spans were not sent$/);
  });

  it('sends what waited, each span once, when the collector is back', async () => {
    const first = await OtlpReceiver.open();
    await first.close();
    const { collector, lines, end } = tracerTo(`${first.url}/v1/traces`);
    end(WAITING_SPANS_MAX + 5);
    await collector.forceFlush();
    const back = await OtlpReceiver.open(Number(new URL(first.url).port));
    closing.push(() => back.close());
    await collector.forceFlush();
    await collector.shutdown();
    assert.deepEqual(back.problems, []);
    assert.equal(back.spans.length, WAITING_SPANS_MAX);
    assert.equal(new Set(back.spans.map(({ spanId }) => spanId)).size, WAITING_SPANS_MAX);
    assert.equal(back.bodies.length, 8);
    assert.match(
      lines.join('\n'),
      /is not reached \(ECONNREFUSED\).*\ntraces: the collector takes spans again; 5 were lost$/,
    );
  });

  it('follows no answer elsewhere: the header of the collector is for the collector', async () => {
    const seen: (string | undefined)[] = [];
    const other = await serve((_request, answer) => answer.end());
    const server = await serve((request, answer) => {
      seen.push(request.headers.authorization);
      answer.writeHead(307, { location: other.url }).end();
    });
    const { collector, end } = tracerTo(server.url, { headers: { authorization: 'Bearer of-a-test' } });
    end(1);
    await collector.shutdown();
    assert.deepEqual([seen, other.asked()], [['Bearer of-a-test'], 0]);
  });

  it('tells no message and no stack of a failure', async () => {
    const receiver = await OtlpReceiver.open();
    closing.push(() => receiver.close());
    const { collector, tracer } = tracerTo(`${receiver.url}/v1/traces`);
    const span = tracer.startSpan('RunActivity:judgeGate', {
      attributes: { memo: 'Zebulon', 'error.type': 'DiskFull' },
    });
    span.recordException(new Error('Zebulon'));
    span.setStatus({ code: 2, message: 'Zebulon' });
    span.end();
    await collector.shutdown();
    assert.deepEqual(receiver.problems, []);
    assert.deepEqual(
      receiver.spans.map(({ failed, attributes }) => [failed, attributes]),
      [[true, { 'error.type': 'DiskFull' }]],
    );
    assert.doesNotMatch(receiver.bodies.join(), /Zebulon/);
  });
});
