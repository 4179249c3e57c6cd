import { concatBytes } from '@noble/hashes/utils.js';
import { Hono } from 'hono';
import { z } from 'zod';
import { jsonOrUndefined } from '../../shared/fields/json-or-undefined.js';
import { HISTORY_NAMES, publicHistory, publicState } from '../../shared/public-record/documents.js';
import { publicEntry } from '../../shared/public-record/entry.js';
import { TILE_WIDTH } from '../../shared/trust/tlog/tiles.js';
import { feed } from '../pages/feed.js';
import { picture } from '../pages/picture.js';
import { type RecordFacts, recordPage } from '../pages/record-page.js';
import { CLICK_BYTES_MAX } from './clicks.js';
import { type Environment, theOne } from './cloudflare.js';
import { contentPolicy, hashSource } from './content-policy.js';
import { Recent, recentValue } from './recent.js';
import { POST_BYTES_MAX } from './record.js';
import { signedDocuments } from './signed-documents.js';

export { ClicksObject } from './clicks.js';
export { RecordObject } from './record.js';

/** Put in place when the Worker is bundled. */
declare const CHECK_SCRIPT: string;
declare const PAGE_STYLE: string;

const app = new Hono<{ Bindings: Environment }>();
export default app;

app.post('/ingest', async ({ req, env }) => {
  const bytes = await bodyOf(req.raw, POST_BYTES_MAX);
  if (bytes === null) return Response.json({ ok: false, reason: `more than ${POST_BYTES_MAX} bytes` }, { status: 413 });
  return await theOne(env.RECORD).fetch(new Request('https://record/', { method: 'POST', body: bytes }));
});

/** Visitors who ask not to be counted are not. */
app.post('/click', async ({ req, env }) => {
  if (req.header('dnt') === '1' || req.header('sec-gpc') === '1') return new Response(null, { status: 204 });
  return await toClicks(env, req.raw, '/click');
});
app.post('/clicks/month', ({ req, env }) => toClicks(env, req.raw, '/clicks/month'));

async function toClicks(env: Environment, request: Request, path: string): Promise<Response> {
  const bytes = await bodyOf(request, CLICK_BYTES_MAX * 4);
  if (bytes === null) return new Response('too long', { status: 413 });
  const address = request.headers.get('cf-connecting-ip') ?? '';
  const headers = { 'cf-connecting-ip': address };
  const answer = await theOne(env.CLICKS).fetch(
    new Request(`https://clicks${path}`, { method: 'POST', body: bytes, headers }),
  );
  return new Response(answer.body, {
    status: answer.status,
    headers: { 'access-control-allow-origin': '*', ...typeOf(answer) },
  });
}

const pages = new Recent<string>();

app.get('/', async ({ env }) => {
  const text = await pages.of('/', async () => {
    const facts: RecordFacts = {
      ...{ fundName: env.FUND_NAME ?? env.ORIGIN, origin: env.ORIGIN, nowMs: Date.now() },
      ...{ keys: z.array(z.string()).parse(jsonOrUndefined(env.STATE_KEYS)), sites: sitesOf(env) },
      ...(await signedDocuments(env)),
    };
    return String(await recordPage(facts, PAGE_STYLE, CHECK_SCRIPT));
  });
  return new Response(text, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': contentPolicy(await hashSource(CHECK_SCRIPT), await hashSource(PAGE_STYLE)),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    },
  });
});

app.get('/checkpoint', ({ env }) => kept(env, 'log/checkpoint', 'text/plain; charset=utf-8', 'no-cache'));
app.get('/tile/*', ({ req, env }) => {
  // C2SP tlog-tiles: nothing that lies there ever changes.
  const isTile = /^\/tile\/(\d{1,2}|entries)\/(x\d{3}\/)*\d{3}(\.p\/\d{1,3})?$/.test(req.path);
  return isTile ? tile(env, req.path.slice(1)) : new Response('not found', { status: 404 });
});
app.get('/api/state.json', ({ env }) => kept(env, 'state', 'application/json', 'no-cache'));
app.get('/api/history/:file{[a-z]+\\.json}', ({ req, env }) => {
  const name = req.param('file').slice(0, -'.json'.length);
  const isKnown = (HISTORY_NAMES as readonly string[]).includes(name);
  return isKnown
    ? kept(env, `history/${name}`, 'application/json', 'no-cache')
    : new Response('not found', { status: 404 });
});
app.get('/schemas/:file{[a-z]+\\.json}', ({ req }) => {
  const schema = { 'entry.json': publicEntry, 'state.json': publicState, 'history.json': publicHistory }[
    req.param('file')
  ];
  return schema ? Response.json(z.toJSONSchema(schema)) : new Response('not found', { status: 404 });
});
app.get('/feed.xml', async ({ req, env }) => {
  const { history } = await signedDocuments(env);
  const items = history.events?.rows ?? [];
  const text = feed(env.FUND_NAME ?? env.ORIGIN, new URL(req.url).origin, items);
  return new Response(text, { headers: { 'content-type': 'application/rss+xml; charset=utf-8' } });
});
app.get('/picture.png', async ({ env }) => {
  const { history } = await signedDocuments(env);
  const days = (history.days?.rows ?? []).flatMap(({ entry }) => (entry.kind === 'day' ? [entry.netTicks ?? 0] : []));
  return new Response(await picture(days), {
    headers: { 'content-type': 'image/png', 'cache-control': 'max-age=300' },
  });
});
const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#1d5fbf"/><path d="M2 11l4-4 3 3 5-6" fill="none" stroke="#fff" stroke-width="2"/></svg>';
app.get('/icon.svg', () => new Response(ICON, { headers: { 'content-type': 'image/svg+xml' } }));
app.get('/robots.txt', () => new Response('User-agent: *\nAllow: /\n'));

const FOREVER = 'public, max-age=31536000, immutable';

/** Where the key-value store does not have it, what the object has of the last hour: only of paths that the log's size allows. */
async function tile(env: Environment, path: string): Promise<Response> {
  const found = await kept(env, `log/${path}`, 'application/octet-stream', FOREVER);
  if (found.status !== 404 || !(await isInLog(env, path))) return found;
  const recent = await theOne(env.RECORD).fetch(new Request(`https://record/${path}`));
  return recent.ok ? served(await recent.arrayBuffer(), 'application/octet-stream', FOREVER) : recent;
}

async function isInLog(env: Environment, path: string): Promise<boolean> {
  const note = await recentValue(env, 'log/checkpoint');
  const size = Number(new TextDecoder().decode(note ?? new Uint8Array()).split('\n')[1] ?? 0);
  const [, level, index] = /^tile\/([^/]+)\/((?:x\d{3}\/)*\d{3})/.exec(path) ?? [];
  const at = Number((index ?? '').replaceAll(/[x/]/g, ''));
  return level !== undefined && at * TILE_WIDTH ** ((level === 'entries' ? 0 : Number(level)) + 1) < size;
}

async function kept(env: Environment, key: string, type: string, cache: string): Promise<Response> {
  const bytes = await recentValue(env, key);
  if (bytes === null) return new Response('not found', { status: 404 });
  return served(bytes, type, cache);
}

function served(bytes: ArrayBuffer | Uint8Array<ArrayBuffer>, type: string, cache: string): Response {
  const headers = {
    'content-type': type,
    'cache-control': cache,
    'access-control-allow-origin': '*',
    'x-content-type-options': 'nosniff',
  };
  return new Response(bytes, { headers });
}

function sitesOf({ SITES }: Environment) {
  return z
    .object({ site: z.url().optional(), trades: z.url().optional() })
    .catch({})
    .parse(jsonOrUndefined(SITES ?? '{}'));
}

function typeOf(answer: Response): Record<string, string> {
  const type = answer.headers.get('content-type');
  return type ? { 'content-type': type } : {};
}

/** Null where it is longer than it may be; read no further than that. */
async function bodyOf(request: Request, bytesMax: number): Promise<Uint8Array<ArrayBuffer> | null> {
  if (Number(request.headers.get('content-length') ?? 0) > bytesMax) return null;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > bytesMax) return null;
    chunks.push(chunk);
  }
  return concatBytes(...chunks) as Uint8Array<ArrayBuffer>;
}
