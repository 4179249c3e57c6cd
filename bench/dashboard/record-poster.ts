import { createHash } from 'node:crypto';
import {
  HISTORY_PAYLOAD_TYPE,
  type HistoryName,
  LOG_PAYLOAD_TYPE,
  type PublicState,
  STATE_PAYLOAD_TYPE,
} from '../../shared/public-record/documents.js';
import { entryBytes, type PublicEntry, type PublicFill } from '../../shared/public-record/entry.js';
import { sealedHash } from '../../shared/public-record/seal-fill.js';
import { encodeEnvelope, signEnvelope } from '../../shared/trust/dsse.js';
import type { SigningKey } from '../../shared/trust/ed25519-key.js';
import { signCheckpoint } from '../../shared/trust/tlog/checkpoint.js';
import { EMPTY_EDGE, grownLog, type LogEdge } from '../../shared/trust/tlog/grown-log.js';

export const ORIGIN = 'log.example.org';

/** A document as a publisher posts it. */
export function posted(payloadType: string, payload: object, key: SigningKey): Buffer {
  return encodeEnvelope(signEnvelope(payloadType, Buffer.from(JSON.stringify(payload)), [key]));
}

export function stateAt(nowMs: number, changes: Partial<PublicState> = {}): PublicState {
  const at = new Date(nowMs).toISOString();
  return {
    ...{ v: 1, origin: ORIGIN, sequence: 1, at, synthetic: true, kind: 'state', instrument: 'ESZ5', everySeconds: 60 },
    market: { time: at, isOpen: true, until: new Date(nowMs + 3_600_000).toISOString() },
    bridge: {
      ...{ isUp: true, trading: 'armed', at, lastTickAt: at, lastFillAt: at, position: 'long' },
      regime: { sessionPhase: 'open', volatility: 'low', trend: 'up' },
    },
    release: { modelVersion: 2, gateVerdict: 'pass', liveSince: at },
    cleanDays: 20,
    log: { size: 0, root: '' },
    limits: { stateSeconds: 300, bridgeSeconds: 120, tickSeconds: 120 },
    ...changes,
  };
}

/** A publisher in memory, of a SYNTHETIC record: its log grows, and it posts what a page takes. */
export class RecordPoster {
  edge: LogEdge = EMPTY_EDGE;
  readonly entries: PublicEntry[] = [];
  sequence = 0;

  constructor(
    readonly key: SigningKey,
    private readonly nowMs = Date.now(),
  ) {}

  /** @returns the post of these entries */
  grow(entries: readonly PublicEntry[]): Buffer {
    const { key } = this;
    const from = this.edge.size;
    const grown = grownLog(this.edge, entries.map(entryBytes));
    this.edge = grown.edge;
    this.entries.push(...entries);
    const checkpoint = signCheckpoint({ origin: ORIGIN, size: grown.edge.size, root: grown.root }, [key]);
    const texts = entries.map((entry) => Buffer.from(entryBytes(entry)).toString('base64'));
    return posted(LOG_PAYLOAD_TYPE, { v: 1, kind: 'log', origin: ORIGIN, from, entries: texts, checkpoint }, key);
  }

  /** @returns the posts of many entries */
  growAll(entries: readonly PublicEntry[]): Buffer[] {
    const posts: Buffer[] = [];
    for (let from = 0; from < entries.length; from += 200) posts.push(this.grow(entries.slice(from, from + 200)));
    return posts;
  }

  /** Every document, as it is after the last entry. */
  documents(): Buffer[] {
    return [this.history('days'), this.history('fills'), this.history('events'), this.state()];
  }

  state(changes: Partial<PublicState> = {}): Buffer {
    return posted(STATE_PAYLOAD_TYPE, stateAt(this.nowMs, { sequence: ++this.sequence, ...changes }), this.key);
  }

  history(name: HistoryName): Buffer {
    const kinds = { days: ['day'], fills: ['fill'], events: ['gate', 'release', 'decision', 'swap', 'incident'] }[name];
    const rows = this.entries.flatMap((entry, index) => (kinds.includes(entry.kind) ? [{ index, entry }] : []));
    const at = new Date(this.nowMs).toISOString();
    return posted(
      HISTORY_PAYLOAD_TYPE,
      {
        ...{ v: 1, origin: ORIGIN, sequence: ++this.sequence, at, synthetic: true, kind: 'history', name },
        ...{ total: rows.length, rows: rows.slice(-500) },
      },
      this.key,
    );
  }

  /** Some dates with some fills each, all opened, and events between them. */
  record(days: number, fillsADay: number): PublicEntry[] {
    const entries: PublicEntry[] = [];
    const start = this.edge.size;
    let number = this.entries.filter(({ kind }) => kind === 'sealed-fill').length;
    const firstDay = this.entries.filter(({ kind }) => kind === 'day').length;
    for (let day = firstDay; day < firstDay + days; day++) {
      const date = new Date(Date.UTC(2025, 0, 2) + day * 86_400_000).toISOString().slice(0, 10);
      const at = `${date}T15:00:00.000Z`;
      const sealed = Array.from({ length: fillsADay }, (_, n) => {
        const source = { stream: 'orders', epoch: 1, seq: day + 1, line: n + 1 };
        const salt = sha256(`salt ${day} ${n}`);
        const fill: PublicFill = {
          ...{ instrument: 'ESZ5', side: n % 2 === 0 ? 'BUY' : 'SELL', contracts: 1, price: 5000 + n / 4 },
          ...{
            marketTime: at,
            at,
            modelVersion: 1,
            ...{ execution: sha256(`${day} ${n}`), corrects: null },
            batchSha256: sha256(`batch ${day}`),
            source,
          },
        };
        number++;
        const hash = sealedHash(salt, fill);
        return {
          number,
          salt,
          fill,
          index:
            start + entries.push({ kind: 'sealed-fill', v: 1, at, number, hash, opensAfterSeconds: 900, source }) - 1,
        };
      });
      for (const { number: opened, salt, fill, index } of sealed)
        entries.push({ kind: 'fill', v: 1, at, number: opened, sealedAs: index, salt, fill });
      entries.push({
        kind: 'release',
        v: 1,
        at,
        modelVersion: day + 1,
        counter: day + 1,
        shipId: `ship/${date}`,
        gateVerdict: 'pass',
        rollbackOf: null,
        statementSha256: sha256(date),
      });
      entries.push({
        ...{ kind: 'day', v: 1, at, instrument: 'ESZ5', tradeDate: date, modelVersion: 1, fills: fillsADay },
        ...{
          netTicks: Math.round(100 * Math.sin(day)) / 10,
          netUsd: 12.5,
          expectedTicks: 2,
          compared: 300,
          different: 0,
        },
        ...{ cleanDays: day + 1, drifted: 0, findings: [], reportSha256: sha256(`report ${date}`) },
      });
    }
    return entries;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
