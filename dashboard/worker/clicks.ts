import { z } from 'zod';
import { jsonOrUndefined } from '../../shared/fields/json-or-undefined.js';
import { CLICKS_PAYLOAD_TYPE, clicksRequest } from '../../shared/public-record/documents.js';
import { BadPost, openPost } from '../check/open-post.js';
import type { Environment, ObjectState } from './cloudflare.js';
import { stateKeys } from './state-keys.js';

export const CLICK_BYTES_MAX = 1024;

/** Where somebody clicked; nothing about whom. */
export const click = z.strictObject({
  site: z.string().regex(/^[a-z0-9.-]{1,60}$/),
  page: z.string().regex(/^\/[A-Za-z0-9/_.-]{0,120}$/),
  /** What was clicked: a path, or the host of another site. */
  target: z
    .string()
    .regex(/^[A-Za-z0-9/_.:-]{1,120}$/)
    .default('-'),
  campaign: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,40}$/)
    .default('-'),
  /** Drawn for each click: what is sent twice is counted once. */
  id: z.uuid(),
});

/** A visitor may click so often; what is more is no visitor. */
const PER_MINUTE = 120;
const VISITORS_MAX = 200_000;
/** Rows of a day; pages that nobody has do not fill the table. */
const ROWS_A_DAY_MAX = 5000;
const REMEMBERED_MS = 3_600_000;
const FLUSH_EVERY_MS = 900_000;
const REQUEST_GOOD_FOR_MS = 300_000;

/**
 * Counts clicks, each once, on its own: neither their number nor a flood of them touches what the record writes. Who clicked is known
 * only as the hash of an address with a salt that lives in memory and dies with it, to hold back floods.
 */
export class ClicksObject {
  private readonly salt = crypto.getRandomValues(new Uint8Array(32));
  private readonly visitors = new Map<string, { since: number; clicks: number }>();
  private forgottenMs = 0;

  constructor(
    private readonly state: ObjectState,
    private readonly env: Environment,
  ) {
    const { sql } = state.storage;
    sql.exec(
      'CREATE TABLE IF NOT EXISTS clicks (day TEXT, site TEXT, page TEXT, target TEXT, campaign TEXT, n INTEGER NOT NULL, PRIMARY KEY (day, site, page, target, campaign))',
    );
    sql.exec('CREATE TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY, at INTEGER NOT NULL)');
    sql.exec('CREATE TABLE IF NOT EXISTS unwritten (day TEXT PRIMARY KEY)');
  }

  async fetch(request: Request): Promise<Response> {
    const bytes = new Uint8Array(await request.arrayBuffer());
    if (new URL(request.url).pathname === '/clicks/month') return await this.month(bytes);
    const parsed = click.safeParse(jsonOrUndefined(new TextDecoder().decode(bytes)));
    if (!parsed.success) return new Response('no click', { status: 400 });
    if (await this.isTooMany(request.headers.get('cf-connecting-ip') ?? '')) return new Response('', { status: 429 });
    await this.count(parsed.data, Date.now());
    return new Response(null, { status: 204 });
  }

  /** Writes the days that have changed to the key-value store: one write a day and quarter of an hour. */
  async alarm(): Promise<void> {
    const { sql } = this.state.storage;
    for (const { day } of sql.exec('SELECT day FROM unwritten').toArray()) {
      const rows = sql.exec('SELECT site, page, target, campaign, n FROM clicks WHERE day = ?', String(day)).toArray();
      await this.env.PUBLIC.put(`clicks/${day}`, JSON.stringify({ v: 1, day, rows }));
      sql.exec('DELETE FROM unwritten WHERE day = ?', String(day));
    }
  }

  private async count({ site, page, target, campaign, id }: z.infer<typeof click>, nowMs: number): Promise<void> {
    const { sql } = this.state.storage;
    if (nowMs - this.forgottenMs > REMEMBERED_MS / 10) {
      sql.exec('DELETE FROM seen WHERE at < ?', nowMs - REMEMBERED_MS);
      this.forgottenMs = nowMs;
    }
    if (sql.exec('INSERT OR IGNORE INTO seen (id, at) VALUES (?, ?) RETURNING id', id, nowMs).toArray().length === 0)
      return;
    const day = new Date(nowMs).toISOString().slice(0, 10);
    const add = (...key: readonly string[]) =>
      sql.exec(
        'INSERT INTO clicks (day, site, page, target, campaign, n) VALUES (?, ?, ?, ?, ?, 1) ON CONFLICT DO UPDATE SET n = n + 1',
        day,
        ...key,
      );
    const isFull = this.isFull(day, [site, page, target, campaign]);
    if (isFull) add(site, '/other', '-', '-');
    else add(site, page, target, campaign);
    sql.exec('INSERT OR IGNORE INTO unwritten (day) VALUES (?)', day);
    if ((await this.state.storage.getAlarm()) === null) await this.state.storage.setAlarm(nowMs + FLUSH_EVERY_MS);
  }

  private isFull(day: string, key: readonly string[]): boolean {
    const { sql } = this.state.storage;
    const [known] = sql
      .exec(
        'SELECT 1 AS one FROM clicks WHERE day = ? AND site = ? AND page = ? AND target = ? AND campaign = ?',
        day,
        ...key,
      )
      .toArray();
    if (known) return false;
    const [{ rows } = { rows: 0 }] = sql.exec('SELECT count(*) AS rows FROM clicks WHERE day = ?', day).toArray();
    return Number(rows) >= ROWS_A_DAY_MAX;
  }

  private async isTooMany(address: string): Promise<boolean> {
    const bytes = Uint8Array.of(...this.salt, ...new TextEncoder().encode(address));
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    const visitor = hash.subarray(0, 12).join('.');
    const nowMs = Date.now();
    const known = this.visitors.get(visitor);
    if (known && nowMs - known.since < 60_000) return ++known.clicks > PER_MINUTE;
    if (this.visitors.size >= VISITORS_MAX) this.visitors.clear();
    this.visitors.set(visitor, { since: nowMs, clicks: 1 });
    return false;
  }

  /** A month's counts, for whoever holds the state key. */
  private async month(bytes: Uint8Array): Promise<Response> {
    try {
      const { payloadType, payload } = await openPost(bytes, await stateKeys(this.env));
      const request = clicksRequest.safeParse(payload);
      if (payloadType !== CLICKS_PAYLOAD_TYPE || !request.success || request.data.origin !== this.env.ORIGIN)
        throw new BadPost('it asks for no month of this page');
      if (Math.abs(Date.now() - Date.parse(request.data.at)) > REQUEST_GOOD_FOR_MS)
        throw new BadPost('it was signed too long ago');
      const rows = this.state.storage.sql
        .exec(
          'SELECT day, site, page, target, campaign, n FROM clicks WHERE day LIKE ? ORDER BY 1, 2, 3, 4, 5',
          `${request.data.month}-%`,
        )
        .toArray();
      return Response.json({ v: 1, month: request.data.month, rows });
    } catch (error) {
      if (!(error instanceof BadPost)) throw error;
      return Response.json({ ok: false, reason: error.message }, { status: 400 });
    }
  }
}
