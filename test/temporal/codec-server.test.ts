import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import http, { type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { closeServer, listenOnLoopback } from '../../shared/node/http/loopback-server.js';
import { answerCodec } from '../../temporal/codec-server.js';
import { EncryptingCodec } from '../../temporal/encrypting-codec.js';
import { makePayloadKeys, PayloadKeys } from '../../temporal/payload-keys.js';

const UI = 'http://127.0.0.1:8233';
const TOKEN = 'a token of twenty or more';
const SECRET = Buffer.from('"Zebulon"').toString('base64');
const plain = { payloads: [{ metadata: { encoding: Buffer.from('json/plain').toString('base64') }, data: SECRET }] };

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

describe('the codec server', () => {
  let folder: string;
  let open: Server;
  let guarded: Server;
  let written: string;
  const { stdout, stderr } = process;
  const writes = [stdout.write, stderr.write] as const;
  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-codec-'));
    makePayloadKeys(path.join(folder, 'keys.json'), 0);
    const codec = new EncryptingCodec(new PayloadKeys(path.join(folder, 'keys.json')), false);
    open = await listenOnLoopback({ port: 0, purpose: 'test', field: 'test' });
    guarded = await listenOnLoopback({ port: 0, purpose: 'test', field: 'test' });
    answerCodec(open, { codec, origins: [UI], token: null });
    answerCodec(guarded, { codec, origins: [UI], token: TOKEN });
  });
  after(async () => {
    await closeServer(open);
    await closeServer(guarded);
    rmSync(folder, { recursive: true, force: true });
  });

  function ask(
    body: string,
    headers: http.OutgoingHttpHeaders = {},
    { server = open, method = 'POST', to = '/decode' } = {},
  ) {
    const { port } = server.address() as AddressInfo;
    return new Promise<Answer>((resolve, reject) => {
      const json = { 'content-type': 'application/json', ...headers };
      const request = http.request({ host: '127.0.0.1', port, method, path: to, headers: json }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () =>
          resolve({
            ...{ status: response.statusCode!, headers: response.headers },
            text: Buffer.concat(parts).toString('utf8'),
          }),
        );
      });
      request.on('error', reject);
      request.end(body);
    });
  }

  it('encodes and decodes what Temporal writes as JSON', async () => {
    const encoded = await ask(JSON.stringify(plain), {}, { to: '/encode' });
    assert.equal(encoded.status, 200);
    assert.ok(!encoded.text.includes(SECRET));
    const decoded = await ask(encoded.text);
    assert.deepEqual(JSON.parse(decoded.text), plain);
    assert.equal(decoded.headers['cache-control'], 'no-store');
    assert.deepEqual(JSON.parse((await ask(JSON.stringify(plain))).text), plain, 'of a former run');
    assert.deepEqual(JSON.parse((await ask('{"payloads":[]}')).text), { payloads: [] });
  });

  it('answers pages of the Web UI, and of nobody else', async () => {
    const asked = {
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,x-namespace',
    };
    for (const server of [open, guarded]) {
      const preflight = await ask('', { ...asked, origin: UI }, { server, method: 'OPTIONS' });
      assert.deepEqual([preflight.status, preflight.headers['access-control-allow-origin']], [204, UI]);
      assert.match(
        String(preflight.headers['access-control-allow-headers']),
        /authorization, content-type, x-namespace/,
      );
    }
    for (const origin of ['http://evil.example', 'null', 'http://127.0.0.1:8234', `${UI}.evil.example`, `${UI}/`]) {
      for (const method of ['OPTIONS', 'POST']) {
        const { status, headers, text } = await ask(
          method === 'POST' ? JSON.stringify(plain) : '',
          { origin },
          { method },
        );
        assert.deepEqual([status, headers['access-control-allow-origin']], [403, undefined], origin);
        assert.ok(!text.includes(SECRET));
      }
    }
    const rebound = await ask(JSON.stringify(plain), { host: 'evil.example' });
    assert.equal(rebound.status, 403);
  });

  it('asks for its token where there is one', async () => {
    const body = JSON.stringify(plain);
    for (const authorization of [
      undefined,
      'Bearer',
      'Bearer ',
      'Bearer x',
      TOKEN,
      `Basic ${TOKEN}`,
      `Bearer ${TOKEN}x`,
    ])
      assert.equal(
        (await ask(body, authorization === undefined ? {} : { authorization }, { server: guarded })).status,
        401,
      );
    assert.equal((await ask(body, { authorization: `Bearer ${TOKEN}` }, { server: guarded })).status, 200);
  });

  it('refuses whatever else is sent, in words that repeat nothing of it, and writes nothing down', async () => {
    written = '';
    for (const [index, stream] of [stdout, stderr].entries())
      stream.write = ((text: string) => {
        written += `${index}${text}`;
        return true;
      }) as never;
    try {
      const any = fc.oneof(
        fc.json(),
        fc.string(),
        fc.anything().map((value) => JSON.stringify({ payloads: value }) ?? ''),
        fc
          .array(fc.dictionary(fc.constantFrom('data', 'metadata', 'x'), fc.jsonValue()))
          .map((payloads) => JSON.stringify({ payloads })),
        fc
          .dictionary(
            fc.constantFrom('encoding', 'encryption-key-id', 'encryption-version'),
            fc.constantFrom('', 'MQ==', 'YmluYXJ5L2VuY3J5cHRlZA=='),
          )
          .map((metadata) => JSON.stringify({ payloads: [{ metadata, data: SECRET }] })),
      );
      await fc.assert(
        fc.asyncProperty(any, fc.constantFrom('/decode', '/encode'), async (body, to) => {
          const { status, text } = await ask(body, {}, { to });
          assert.ok(status === 200 || status === 400, `${status} for ${body}`);
          if (status === 400) assert.match(text, /^(the request|a payload from the Temporal server) .+\n$/);
        }),
        { numRuns: 300 },
      );
      const tampered = {
        payloads: [{ metadata: { ...plain.payloads[0]!.metadata, 'encryption-key-id': 'MQ==' }, data: SECRET }],
      };
      assert.deepEqual((({ status, text }) => [status, text])(await ask(JSON.stringify(tampered))), [
        400,
        'a payload from the Temporal server has other labels than it was encrypted with\n',
      ]);
    } finally {
      [stdout.write, stderr.write] = writes;
    }
    assert.equal(written, '');
  });

  it('refuses what is too large, too deep, too many or of another kind', async () => {
    const large = 'x'.repeat(7 * 2 ** 20);
    assert.equal((await ask(large, { 'content-length': large.length }).catch(() => ({ status: 413 }))).status, 413);
    assert.equal((await ask(large, { 'transfer-encoding': 'chunked' }).catch(() => ({ status: 413 }))).status, 413);
    assert.equal((await ask('['.repeat(5 * 2 ** 20))).text, 'the request is nested too deep\n');
    assert.equal((await ask(JSON.stringify({ payloads: Array(10_001).fill({}) }))).status, 400);
    assert.equal((await ask('{}', { 'content-type': 'text/plain' })).status, 415);
    assert.equal((await ask('', {}, { method: 'GET' })).status, 405);
    assert.equal((await ask('', {}, { to: '/keys', method: 'GET' })).status, 404);
    assert.equal((await ask('', {}, { to: '/decode/../../etc/passwd', method: 'POST' })).status, 404);
    assert.deepEqual(JSON.parse((await ask(JSON.stringify(plain))).text), plain, 'and goes on');
  });
});
