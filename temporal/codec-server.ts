import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { PayloadCodec } from '@temporalio/common';
import { Failure } from '../shared/failure.js';
import { isForThisMachine } from '../shared/node/http/own-host.js';
import { payloadsFromJson, payloadsToJson } from './payload-json.js';

export interface CodecServerOptions {
  readonly codec: PayloadCodec;
  /** Origins of the Web UI, as its browsers send them; no page of another is answered. */
  readonly origins: readonly string[];
  /** What whoever asks must send as `Authorization: Bearer ...`; null where nobody need. */
  readonly token: string | null;
}

/** One message of Temporal, 4 MB, in base64. */
const BODY_BYTES_MAX = 6 * 2 ** 20;
const CONNECTIONS_MAX = 16;
const REQUEST_MS = 10_000;
/** Objects in objects, as Temporal writes them; what is deeper would take far more memory than it has bytes. */
const DEPTH_MAX = 16;

/**
 * Answers POST /decode and /encode for the Web UI and the `temporal` command line. It writes nothing down: neither what it is
 * asked nor what it answers.
 */
export function answerCodec(server: Server, options: CodecServerOptions): void {
  server.maxConnections = CONNECTIONS_MAX;
  server.requestTimeout = REQUEST_MS;
  server.headersTimeout = REQUEST_MS;
  server.on('request', (request, response) => {
    answer(request, response, options).catch((error: unknown) => refuse(request, response, error));
  });
}

class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, options: CodecServerOptions): Promise<void> {
  const { method, url = '/' } = request;
  allowOrigin(request, response, options.origins);
  if (method === 'OPTIONS') return void response.writeHead(204).end();
  checkToken(request, options.token);
  const verb = /^\/(decode|encode)\/?$/.exec(url.split('?', 1)[0]!)?.[1] as 'decode' | 'encode' | undefined;
  if (verb === undefined) throw new Refused(404, 'there is /decode and /encode here');
  if (method !== 'POST') throw new Refused(405, `/${verb} takes POST`);
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
    throw new Refused(415, 'send application/json');
  const payloads = await options.codec[verb](payloadsFromJson(await bodyOf(request)));
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(payloadsToJson(payloads));
}

/** A program sends no origin. A page is the Web UI's, or is refused; so is one that has led its own name here. */
function allowOrigin(request: IncomingMessage, response: ServerResponse, origins: readonly string[]): void {
  const { host, origin } = request.headers;
  response.setHeader('vary', 'Origin');
  response.setHeader('x-content-type-options', 'nosniff');
  if (!isForThisMachine({ host })) throw new Refused(403, 'the codec server answers to 127.0.0.1 and localhost only');
  if (origin === undefined) return;
  if (!origins.includes(origin)) throw new Refused(403, 'the codec server answers pages of the Web UI only');
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-allow-credentials', 'true');
  response.setHeader('access-control-allow-methods', 'POST');
  response.setHeader('access-control-allow-headers', 'authorization, content-type, x-namespace');
  response.setHeader('access-control-max-age', '600');
  if (request.headers['access-control-request-private-network'] === 'true')
    response.setHeader('access-control-allow-private-network', 'true');
}

function checkToken({ headers }: IncomingMessage, token: string | null): void {
  if (token === null) return;
  const given = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
  const hash = (text: string) => createHash('sha256').update(text).digest();
  if (!timingSafeEqual(hash(given), hash(token))) throw new Refused(401, 'send Authorization: Bearer with the token');
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const tooLarge = new Refused(413, `a request may have ${BODY_BYTES_MAX} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES_MAX) throw tooLarge;
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > BODY_BYTES_MAX) throw tooLarge;
    parts.push(part);
  }
  const text = Buffer.concat(parts).toString('utf8');
  if (isTooDeep(text)) throw new Refused(400, 'the request is nested too deep');
  return text;
}

/** Brackets in texts count too: base64 and the names of metadata have none. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1;
    if (depth > DEPTH_MAX) return true;
  }
  return false;
}

/** In words, and with nothing of what was asked. A body that is not read to its end ends the connection. */
function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  const status = error instanceof Refused ? error.status : error instanceof Failure ? 400 : 500;
  const said = status === 500 ? 'the codec server met a defect' : (error as Error).message;
  response.writeHead(status, {
    ...{ 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...(request.complete ? {} : { connection: 'close' }),
  });
  response.end(`${said}\n`);
}
