import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

/** A span as it arrived, with the attributes of the process beside its own. */
export interface ReceivedSpan {
  readonly service: string;
  readonly resource: Readonly<Record<string, unknown>>;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly failed: boolean;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** What a message of OTLP/HTTP holds in JSON: ids in hex, 64-bit numbers as text, enumerations as numbers, and nothing that we do not know. */
const attribute = z.strictObject({
  key: z.string(),
  value: z.union([z.strictObject({ stringValue: z.string() }), z.strictObject({ intValue: z.number() })]),
});
const span = z.strictObject({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional(),
  name: z.string(),
  kind: z.literal(1),
  startTimeUnixNano: z.string().regex(/^\d{19}$/),
  endTimeUnixNano: z.string().regex(/^\d{19}$/),
  attributes: z.array(attribute),
  events: z.tuple([]),
  links: z.tuple([]),
  status: z.strictObject({ code: z.number().int().min(0).max(2) }),
  ...{ droppedAttributesCount: z.literal(0), droppedEventsCount: z.literal(0), droppedLinksCount: z.literal(0) },
});
const request = z.strictObject({
  resourceSpans: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes: z.array(attribute), droppedAttributesCount: z.literal(0) }),
      scopeSpans: z.array(
        z.strictObject({
          scope: z.object({ name: z.string() }),
          spans: z.array(span),
          schemaUrl: z.string().optional(),
        }),
      ),
      schemaUrl: z.string().optional(),
    }),
  ),
});

/** A collector that reads OTLP/HTTP by itself, and keeps what it was sent. */
export class OtlpReceiver {
  readonly spans: ReceivedSpan[] = [];
  /** Everything as it came. */
  readonly bodies: string[] = [];
  readonly problems: string[] = [];
  onSpans: () => void = () => {};

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async open(port = 0): Promise<OtlpReceiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const receiver = new OtlpReceiver(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (message, answer) => {
      const parts: Buffer[] = [];
      message.on('data', (part: Buffer) => parts.push(part));
      message.on('end', () => {
        receiver.take(`${message.method} ${message.url}`, Buffer.concat(parts).toString('utf8'));
        answer.end('{}');
      });
    });
    return receiver;
  }

  /** As a collector ends that is killed. */
  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private take(how: string, body: string): void {
    this.bodies.push(body);
    if (how !== 'POST /v1/traces') this.problems.push(how);
    const { data, error } = request.safeParse(JSON.parse(body));
    if (error) this.problems.push(z.prettifyError(error));
    for (const { resource, scopeSpans } of data?.resourceSpans ?? []) {
      const ofProcess = valuesOf(resource.attributes);
      for (const one of scopeSpans.flatMap(({ spans }) => spans)) this.spans.push(received(one, ofProcess));
    }
    this.onSpans();
  }
}

function received(one: z.infer<typeof span>, resource: Record<string, unknown>): ReceivedSpan {
  const { name, traceId, spanId, parentSpanId = '', startTimeUnixNano, endTimeUnixNano, status, attributes } = one;
  return {
    ...{ service: String(resource['service.name']), resource, name, traceId, spanId, parentSpanId },
    ...{ fromMs: Number(startTimeUnixNano) / 1e6, toMs: Number(endTimeUnixNano) / 1e6, failed: status.code === 2 },
    attributes: valuesOf(attributes),
  };
}

function valuesOf(attributes: readonly z.infer<typeof attribute>[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
