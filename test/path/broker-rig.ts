import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { Sealer, type SealerOptions } from '../../broker/seal/sealer.js';
import { batchEnvelopeName, parseBatchFile } from '../../shared/contract/batch-stream.js';
import { CAPTURE_SOURCES, type CaptureSource } from '../../shared/contract/capture-source.js';
import { verifyBatch } from '../../shared/contract/sealed-batch.js';
import { headAfter, type StreamHead, startOfStream, whyNotNext } from '../../shared/contract/stream-head.js';
import { formatDepthLine, formatHeaderLine, formatTradeLine } from '../../shared/market/events/depth-line.js';
import { fillOf, intentOf, lineOf } from '../import/journal-lines.js';
import { KEYS, makeRoot, NOW_MS, sha256 } from '../release/release-fixture.js';
import { BROKER } from './batches.js';

export const RECEIPT_ROOT = makeRoot({ receipt: { keys: [KEYS.receipt], threshold: 1 } });
export const DATE = '2025-06-02';
export const CAPTURE = 'capture/dom_ib/ESM5';
export const JOURNAL = 'DU1000001-ESM5';

/** The folder `broker/` of a home, as a bridge fills it, and its sealer. */
export class BrokerRig {
  wallMs = NOW_MS;
  tradeDate = DATE;
  private lines = 0;
  private events = 0;

  constructor(readonly folder: string) {
    for (const name of ['capture', `journal/${JOURNAL}`]) mkdirSync(path.join(folder, name), { recursive: true });
  }

  options(changes: Partial<SealerOptions> = {}): SealerOptions {
    return {
      brokerFolder: this.folder,
      broker: BROKER,
      epoch: 1,
      keys: [KEYS.journal],
      heartbeatSeconds: 600,
      tradeDateNow: () => this.tradeDate,
      wallMs: () => this.wallMs,
      ...changes,
    };
  }

  /** With a sealer that is closed again, whatever happens. */
  async sealing<T>(work: (sealer: Sealer) => T | Promise<T>, changes: Partial<SealerOptions> = {}): Promise<T> {
    const sealer = await Sealer.open(this.options(changes));
    try {
      return await work(sealer);
    } finally {
      sealer.close();
    }
  }

  sealAll() {
    return this.sealing((sealer) => sealer.sealAll());
  }

  path(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }

  append(name: string, text: string): void {
    appendFileSync(this.path(name), text);
  }

  /** So many lines of the order journal. */
  orders(count: number, date = DATE, folder = JOURNAL): string {
    mkdirSync(this.path('journal', folder), { recursive: true });
    const text = Array.from({ length: count }, () => {
      const n = ++this.lines;
      return lineOf(n, `${date}T14:30:00.${String(n % 1000).padStart(3, '0')}Z`, n % 2 ? intentOf(n) : fillOf(n));
    }).join('');
    this.append(`journal/${folder}/orders-${date}.jsonl`, text);
    return text;
  }

  decisions(count: number, date = DATE): void {
    const line = (i: number) => `${JSON.stringify({ v: 1, kind: 'start', afterEventSeq: i })}\n`;
    this.append(`journal/decisions-${date}.jsonl`, Array.from({ length: count }, (_, i) => line(i)).join(''));
  }

  alarm(detail: string): void {
    const line = { v: 1, at: '2025-06-02T14:30:00.000Z', state: 'raised', alarm: 'GatewayDown', detail };
    this.append('alarms.jsonl', `${JSON.stringify(line)}\n`);
  }

  /** A segment of captured events; `.open` while it is written. */
  segment(
    number: number,
    events = 50,
    { date = DATE, suffix = '', source = 'dom_ib' as CaptureSource, feed = '', instrument = 'ESM5' } = {},
  ): void {
    const header = {
      kind: 'header' as const,
      v: 1 as const,
      instrument,
      tickSize: 0.25,
      multiplier: 50,
      levels: 10,
    };
    const { folder, feed: own } = CAPTURE_SOURCES[source];
    let text = formatHeaderLine({ ...header, source: feed || own, exchange: 'CME', tradeDate: date });
    for (let i = 0; i < events; i++) {
      const seq = ++this.events;
      const ns = String(BigInt(Date.parse(`${date}T14:30:00Z`)) * 1_000_000n + BigInt(seq) * 1_000n);
      text +=
        i % 5 === 4
          ? formatTradeLine(ns, seq, 5900.25, 1, null)
          : formatDepthLine(ns, seq, i === 0 ? 0 : 1, 1, 0, 5900.25, 10 + (seq % 7), true);
    }
    mkdirSync(this.path(folder), { recursive: true });
    writeFileSync(this.path(folder, `${source}-${instrument}-${date}-${number}.jsonl${suffix}`), text);
  }

  status(wallMs = this.wallMs): void {
    const at = new Date(wallMs).toISOString();
    const counts = { eventsSeen: 1, lastEventSeq: 1, decisions: 0, decisionErrors: 0, ordersSent: 0, fills: 0 };
    const status = {
      ...{ v: 1, pid: 1, startedAt: at, wallTime: at, marketTime: at, connection: 'ready', trading: 'no-model' },
      ...{ haltReason: null, modelVersion: null, counter: null, shipId: null, lastEventMarketTime: null, ...counts },
      ...{ positionContracts: 0, decisionLatencyMsP50: 0, decisionLatencyMsP99: 0 },
    };
    writeFileSync(this.path('status.json'), JSON.stringify(status));
  }
}

export interface Outbox {
  /** Heads of the streams, made anew from the envelopes. */
  readonly heads: ReadonlyMap<string, StreamHead>;
  /** What was sealed of each file, by the broker's name of it. */
  readonly bytes: Readonly<Record<string, string>>;
  readonly kinds: Readonly<Record<string, readonly string[]>>;
}

/** Everything in an outbox, verified from the first batch of each stream on. */
export function readOutbox(folder: string): Outbox {
  const names = readdirSync(folder).sort();
  const heads = new Map<string, StreamHead>();
  const bytes: Record<string, string> = {};
  const kinds: Record<string, string[]> = {};
  const told = new Set<string>();
  for (const name of names) {
    const place = parseBatchFile(name);
    assert.ok(place, `${name} lies in the outbox`);
    if (place.kind !== 'envelope') continue;
    told.add(name);
    const { predicate, payloadSha256 } = verifyBatch(readFileSync(path.join(folder, name)), RECEIPT_ROOT);
    assert.equal(batchEnvelopeName(predicate), name);
    const { stream, epoch } = predicate;
    const head = heads.get(stream) ?? startOfStream(BROKER, stream, epoch);
    assert.equal(whyNotNext(head, predicate), null, name);
    heads.set(stream, headAfter(head, predicate, payloadSha256));
    kinds[stream] = [...(kinds[stream] ?? []), predicate.kind];
    for (const file of predicate.kind === 'data' ? predicate.files : []) {
      told.add(file.packed.name);
      const packed = readFileSync(path.join(folder, file.packed.name));
      assert.deepEqual([packed.length, sha256(packed)], [file.packed.size, file.packed.sha256], file.packed.name);
      const plain = zstdDecompressSync(packed);
      assert.equal(sha256(plain), file.plain.sha256, file.packed.name);
      assert.equal(plain.toString().split('\n').length - 1, file.rows);
      bytes[file.name] = (bytes[file.name] ?? '') + plain.toString();
    }
  }
  assert.deepEqual(
    names.filter((name) => !told.has(name)),
    [],
    'data of no envelope',
  );
  return { heads, bytes, kinds };
}
