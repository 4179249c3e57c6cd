import { z } from 'zod';
import { jsonOrUndefined } from '../../shared/fields/json-or-undefined.js';
import {
  HISTORY_PAYLOAD_TYPE,
  type IngestAnswer,
  LOG_PAYLOAD_TYPE,
  logUpdate,
  publicHistory,
  publicState,
  STATE_PAYLOAD_TYPE,
} from '../../shared/public-record/documents.js';
import { PUBLIC_ENTRY_BYTES_MAX } from '../../shared/public-record/entry.js';
import { EMPTY_EDGE, grownLog, type LogEdge, logEdge } from '../../shared/trust/tlog/grown-log.js';
import { sameBytes } from '../../shared/trust/tlog/merkle.js';
import { BadNote, base64Of, bytesOfBase64 } from '../../shared/trust/tlog/note-text.js';
import { BadPost, type OpenedPost, openPost } from '../check/open-post.js';
import { openWebCheckpoint } from '../check/open-web-checkpoint.js';
import type { Environment, ObjectState } from './cloudflare.js';
import { stateKeys } from './state-keys.js';

export const POST_BYTES_MAX = 1 << 20;

/** Files of the log that are kept beside the key-value store, for so long. */
const RECENT_FOR_MS = 3_600_000;

/** A post that is refused, and changes nothing. */
class Refused extends Error {
  constructor(
    readonly status: 400 | 409 | 413,
    reason: string,
    readonly has: Partial<IngestAnswer> = {},
  ) {
    super(reason);
  }
}

const taken = z.object({ sequence: z.number(), payloadSha256: z.string() });

/**
 * The one place that takes what the publisher posts: signed by the state key, newer than what is there, and of the log only what
 * follows it. Cloudflare gives a Durable Object its requests one after the other, and its storage survives it.
 */
export class RecordObject {
  constructor(
    private readonly state: ObjectState,
    private readonly env: Environment,
  ) {
    const { sql } = state.storage;
    sql.exec('CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value TEXT NOT NULL)');
    sql.exec('CREATE TABLE IF NOT EXISTS recent (path TEXT PRIMARY KEY, value TEXT NOT NULL, at INTEGER NOT NULL)');
  }

  async fetch(request: Request): Promise<Response> {
    if (request.method === 'GET') return this.recent(new URL(request.url).pathname.slice(1));
    const bytes = new Uint8Array(await request.arrayBuffer());
    // Writes to the key-value store are awaited in between: the next post waits until this one is done.
    return await this.state.blockConcurrencyWhile(() => this.answer(bytes));
  }

  private async answer(bytes: Uint8Array): Promise<Response> {
    try {
      const post = await openPost(bytes, await stateKeys(this.env));
      return Response.json({ ok: true, ...(await this.take(post, bytes)) } satisfies IngestAnswer);
    } catch (error) {
      const { status, has } = error instanceof Refused ? error : { status: 400 as const, has: {} };
      if (!(error instanceof Refused || error instanceof BadPost || error instanceof BadNote)) throw error;
      return Response.json({ ok: false, reason: error.message, ...has } satisfies IngestAnswer, { status });
    }
  }

  private take(post: OpenedPost, bytes: Uint8Array): Promise<Partial<IngestAnswer>> {
    switch (post.payloadType) {
      case STATE_PAYLOAD_TYPE:
        return this.takeDocument('state', this.checked(publicState, post.payload), post, bytes);
      case HISTORY_PAYLOAD_TYPE: {
        const history = this.checked(publicHistory, post.payload);
        return this.takeDocument(`history/${history.name}`, history, post, bytes);
      }
      case LOG_PAYLOAD_TYPE:
        return this.takeLog(post);
      default:
        throw new Refused(400, `the page takes no ${post.payloadType.slice(0, 100)}`);
    }
  }

  private async takeDocument(
    name: string,
    { sequence }: { readonly sequence: number },
    { payloadSha256 }: OpenedPost,
    bytes: Uint8Array,
  ): Promise<Partial<IngestAnswer>> {
    const before = this.kept(name, taken);
    // What arrives twice, because its answer was lost, is taken once.
    if (before?.payloadSha256 === payloadSha256) return { sequence, payloadSha256 };
    if (before && sequence <= before.sequence)
      throw new Refused(409, `${name} is not newer: ${sequence}, and ${before.sequence} is here`, before);
    await this.env.PUBLIC.put(name, bytes);
    this.keep(name, { sequence, payloadSha256 });
    return { sequence, payloadSha256 };
  }

  private async takeLog(post: OpenedPost): Promise<Partial<IngestAnswer>> {
    const update = this.checked(logUpdate, post.payload);
    const note = new TextEncoder().encode(update.checkpoint);
    const checkpoint = await openWebCheckpoint(note, this.env.ORIGIN, await stateKeys(this.env));
    const edge = this.kept('log', logEdge) ?? EMPTY_EDGE;
    const { size } = edge;
    if (update.from !== size) {
      const isOld = checkpoint.size <= size;
      throw new Refused(409, isOld ? `the log is not newer than ${size}` : `the log goes on at ${size}`, { size });
    }
    const entries = update.entries.map((one) => entryIn(one));
    // The entries themselves are the proof that the new log begins with the old one: its root is computed anew from its edge.
    const grown = grownLog(edge, entries);
    if (grown.edge.size !== checkpoint.size || !sameBytes(grown.root, checkpoint.root))
      throw new Refused(409, `with these entries the log has another root than its checkpoint of ${checkpoint.size}`, {
        size,
      });
    const { sql } = this.state.storage;
    const nowMs = Date.now();
    sql.exec('DELETE FROM recent WHERE at < ?', nowMs - RECENT_FOR_MS);
    for (const { path, bytes } of grown.files) {
      await this.env.PUBLIC.put(`log/${path}`, bytes);
      sql.exec('INSERT OR REPLACE INTO recent (path, value, at) VALUES (?, ?, ?)', path, base64Of(bytes), nowMs);
    }
    await this.env.PUBLIC.put('log/checkpoint', note);
    this.keep('log', grown.edge satisfies LogEdge);
    return { size: grown.edge.size };
  }

  /** What the key-value store, which tells places far away a minute late, may not show everywhere yet. */
  private recent(path: string): Response {
    const [row] = this.state.storage.sql.exec('SELECT value FROM recent WHERE path = ?', path).toArray();
    const bytes = row ? bytesOfBase64(String(row.value)) : null;
    return bytes === null ? new Response('not found', { status: 404 }) : new Response(bytes);
  }

  private checked<T extends { origin: string }>(schema: z.ZodType<T>, payload: unknown): T {
    const parsed = schema.safeParse(payload);
    if (!parsed.success) {
      const issue = parsed.error.issues[0]!;
      throw new Refused(400, `${issue.path.join('.')}: ${issue.message}`);
    }
    if (parsed.data.origin !== this.env.ORIGIN) throw new Refused(400, `it is of ${parsed.data.origin}`);
    return parsed.data;
  }

  private kept<T>(name: string, schema: z.ZodType<T>): T | null {
    const [row] = this.state.storage.sql.exec('SELECT value FROM kept WHERE name = ?', name).toArray();
    return row ? schema.parse(jsonOrUndefined(String(row.value))) : null;
  }

  private keep(name: string, value: object): void {
    this.state.storage.sql.exec(
      'INSERT INTO kept (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
      name,
      JSON.stringify(value),
    );
  }
}

function entryIn(base64: string): Uint8Array {
  const bytes = bytesOfBase64(base64);
  if (bytes === null || bytes.length === 0 || bytes.length > PUBLIC_ENTRY_BYTES_MAX)
    throw new Refused(400, 'an entry is not base64, or too long');
  return bytes;
}
