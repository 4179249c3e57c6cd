import assert from 'node:assert/strict';
import type { LocalPage } from '../../deploy/local-page.js';
import { LOG_PAYLOAD_TYPE, STATE_PAYLOAD_TYPE } from '../../shared/public-record/documents.js';
import { signCheckpoint } from '../../shared/trust/tlog/checkpoint.js';
import { KEYS } from '../release/release-fixture.js';
import { ORIGIN, Publisher, posted, STATE_KEY, stateAt } from './posts.js';
import { postAll, startTestPage } from './test-page.js';
import { Visitor } from './visitor.js';

describe('the public record', function () {
  this.timeout(120_000);
  let page: LocalPage;
  let publisher: Publisher;
  const egress: string[] = [];

  beforeEach(async () => {
    egress.length = 0;
    page = await startTestPage({ onEgress: (url) => egress.push(url) });
    publisher = new Publisher();
  });
  afterEach(() => page.close());

  const post = async (body: Uint8Array | string, path = '/ingest') => {
    const response = await fetch(`${page.url}${path}`, { method: 'POST', body: Buffer.from(body) });
    return { status: response.status, ...((await response.json()) as { ok: boolean; reason?: string; size?: number }) };
  };
  const kept = async () => {
    const { keys } = await page.keyValues.list();
    const all: [string, string][] = [];
    for (const { name } of keys)
      all.push([name, Buffer.from((await page.keyValues.get(name, 'arrayBuffer'))!).toString('base64')]);
    return all;
  };
  const publish = async (days = 3, fills = 20) => {
    for (const body of [...publisher.growAll(publisher.record(days, fills)), ...publisher.documents()])
      assert.equal((await post(body)).status, 200);
  };

  it('takes what follows, once, and shows it signed; every entry is at its place', async () => {
    await publish();
    const again = publisher.state({ sequence: publisher.sequence });
    assert.equal((await post(again)).status, 200, 'whose answer was lost');
    const html = await (await fetch(page.url)).text();
    for (const word of ['The bridge is up and trades.', 'SYNTHETIC', 'v2', '20 days'])
      assert.ok(html.includes(word), word);
    await post(publisher.grow(publisher.record(1, 50)));
    const checkpoint = await (await fetch(`${page.url}/checkpoint`)).text();
    assert.equal(checkpoint.split('\n')[1], String(publisher.edge.size));
    assert.equal((await fetch(`${page.url}/tile/0/000`)).status, 404, 'not full');
    assert.equal((await fetch(`${page.url}/tile/0/000.p/${publisher.edge.size}`)).status, 200);
    assert.deepEqual(egress, []);
  });

  it('refuses what is forged, old, too long, of another kind or another log, and changes nothing', async () => {
    await publish();
    const before = await kept();
    const state = stateAt(Date.now(), { sequence: 1000 });
    const fine = posted(STATE_PAYLOAD_TYPE, state);
    const envelope = JSON.parse(fine.toString()) as { payload: string; signatures: { keyid: string; sig: string }[] };
    const update = (changes: object, key = STATE_KEY) =>
      posted(
        LOG_PAYLOAD_TYPE,
        { v: 1, kind: 'log', origin: ORIGIN, from: publisher.edge.size, entries: [], checkpoint: '', ...changes },
        key,
      );
    const note = (size: number, key = STATE_KEY) =>
      signCheckpoint({ origin: ORIGIN, size, root: Buffer.alloc(32, 7) }, [key]);
    const entries = [Buffer.from('{"kind":"x"}').toString('base64')];
    const attacks: Record<string, readonly [Uint8Array | string, number]> = {
      'no JSON': ['not an envelope', 400],
      'no signature': [JSON.stringify({ ...envelope, signatures: [] }), 400],
      'two signatures': [
        JSON.stringify({ ...envelope, signatures: [...envelope.signatures, ...envelope.signatures] }),
        400,
      ],
      'another payload under its signature': [
        JSON.stringify({
          ...envelope,
          payload: Buffer.from(JSON.stringify({ ...state, cleanDays: 999 })).toString('base64'),
        }),
        400,
      ],
      'another kind under its signature': [fine.toString().replace('public-state', 'public-history'), 400],
      'a key of another role': [posted(STATE_PAYLOAD_TYPE, state, KEYS.release), 400],
      'a stranger’s key under the name of the state key': [
        JSON.stringify({
          ...JSON.parse(posted(STATE_PAYLOAD_TYPE, state, KEYS.stranger).toString()),
          signatures: [
            {
              ...envelope.signatures[0],
              sig: JSON.parse(posted(STATE_PAYLOAD_TYPE, state, KEYS.stranger).toString()).signatures[0].sig,
            },
          ],
        }),
        400,
      ],
      'a release’s kind': [posted('application/vnd.in-toto+json', state), 400],
      'another log': [posted(STATE_PAYLOAD_TYPE, { ...state, origin: 'other.example.org' }), 400],
      'a field more': [posted(STATE_PAYLOAD_TYPE, { ...state, more: 1 }), 400],
      'an older snapshot': [posted(STATE_PAYLOAD_TYPE, { ...state, sequence: 1 }), 409],
      'the same number, another snapshot': [
        posted(STATE_PAYLOAD_TYPE, { ...state, sequence: publisher.sequence }),
        409,
      ],
      'too long': [Buffer.alloc((1 << 20) + 1, 0x20), 413],
      'a log with a hole': [
        update({ from: publisher.edge.size + 1, entries, checkpoint: note(publisher.edge.size + 2) }),
        409,
      ],
      'a log from its beginning': [new Publisher().grow(new Publisher().record(3, 20)), 409],
      'a fork: other entries than the checkpoint says': [
        update({ entries, checkpoint: note(publisher.edge.size + 1) }),
        409,
      ],
      'a checkpoint by another key': [
        update({ entries, checkpoint: note(publisher.edge.size + 1, KEYS.journal) }),
        400,
      ],
      'a shorter checkpoint': [update({ checkpoint: note(3) }), 409],
      'an entry that is too long': [
        update({
          entries: [Buffer.alloc(5000).toString('base64').slice(0, 5999)],
          checkpoint: note(publisher.edge.size + 1),
        }),
        400,
      ],
    };
    const table: string[] = [];
    for (const [what, [body, status]] of Object.entries(attacks)) {
      const answer = await post(body);
      table.push(`      ${what.padEnd(52)} ${answer.status} ${answer.reason?.slice(0, 90)}`);
      assert.deepEqual([answer.status, answer.ok], [status, false], what);
      assert.deepEqual(await kept(), before, `${what} changed something`);
    }
    process.stderr.write(`${table.join('\n')}\n`);
    assert.deepEqual(egress, []);
    assert.equal((await post(fine)).status, 200, 'what is right is still taken');
  });

  it('is checked by the browser of each visitor, who shouts at what was altered behind the Worker', async function () {
    if ((await Visitor.path()) === undefined) return this.skip();
    await publish(3, 50);
    const visitor = await Visitor.open(page.url);
    try {
      assert.match(
        await visitor.look(),
        /^Checked by your browser: the snapshot is signed; all \d+ entries shown are in the signed log of \d+; this browser remembers/,
      );
      for (const body of publisher.growAll(publisher.record(2, 60))) assert.equal((await post(body)).status, 200);
      assert.match(await visitor.look(), /it only grew since this browser saw \d+/);
      assert.match(
        await visitor.checkAll(),
        /^\d+ entries hash to the signed checkpoint; 270 fills, each the one that was sealed; 0 still sealed/,
      );
      const size = publisher.edge.size;
      const last = `${String(Math.floor(size / 256)).padStart(3, '0')}.p/${size % 256}`;
      const [bundle, tile] = [`log/tile/entries/${last}`, `log/tile/0/${last}`];
      const flipped = (bytes: Uint8Array, at: number) => bytes.with(at, bytes[at]! ^ 1);
      const altered: Record<string, readonly [string, (bytes: Uint8Array) => Uint8Array, RegExp]> = {
        'a snapshot': [
          'state',
          (bytes) => Buffer.from(Buffer.from(bytes).toString().replace('"sig":"', '"sig":"AAAA')),
          /NOT SIGNED, and not shown: state/,
        ],
        'a history': [
          'history/fills',
          (bytes) => flipped(bytes, bytes.length - 20),
          /NOT SIGNED, and not shown: history\/fills/,
        ],
        'a fill removed': [
          bundle,
          (bytes) => bytes.slice(0, -100),
          /DO NOT TRUST.*(ends within an entry|has \d+ entries|hash)/,
        ],
        'a tile altered': [tile, (bytes) => flipped(bytes, 40), /DO NOT TRUST.*(does not hash|not in the signed log)/],
        'the checkpoint altered': [
          'log/checkpoint',
          (bytes) => flipped(bytes, bytes.length - 9),
          /DO NOT TRUST.*the note is refused/,
        ],
      };
      const table: string[] = [];
      for (const [what, [key, change, expected]] of Object.entries(altered)) {
        const before = new Uint8Array((await page.keyValues.get(key, 'arrayBuffer'))!);
        await page.keyValues.put(key, change(before));
        await visitor.look();
        if (!(await visitor.shouted())) await visitor.checkAll();
        const shouted = await visitor.shouted();
        table.push(`      ${what.padEnd(30)} ${shouted.slice(0, 110)}`);
        assert.match(shouted, expected, `${what}: ${shouted}`);
        await page.keyValues.put(key, before);
        assert.match(await visitor.look(), /^Checked by your browser/, `${what}, put right`);
      }
      // What the store does not show everywhere yet, as it is far away for a minute, comes from the object itself.
      for (const key of [bundle, tile]) {
        const before = new Uint8Array((await page.keyValues.get(key, 'arrayBuffer'))!);
        await page.keyValues.delete(key);
        assert.match(await visitor.look(), /^Checked by your browser/, `${key} is gone`);
        assert.match(await visitor.checkAll(), /hash to the signed checkpoint/, `${key} is gone`);
        await page.keyValues.put(key, before);
      }
      assert.equal((await fetch(`${page.url}/tile/0/999`)).status, 404, 'of no log of this size');
      // The whole log from entry 100 on is another one, signed, with all its documents.
      const rewritten = new Publisher();
      const other = rewritten.record(5, 60);
      await replaceRecord(rewritten, [...publisher.entries.slice(0, 100), ...other]);
      await visitor.look();
      table.push(`      ${'the log rewritten from 100 on'.padEnd(30)} ${(await visitor.shouted()).slice(0, 110)}`);
      assert.match(await visitor.shouted(), /DO NOT TRUST.*the log was rewritten|DO NOT TRUST.*this browser has seen/);
      process.stderr.write(`${table.join('\n')}\n`);
      assert.deepEqual(visitor.elsewhere, [], 'no request to others');
    } finally {
      await visitor.close();
    }
  });

  /** As somebody would who holds the state key and the key-value store. */
  async function replaceRecord(rewritten: Publisher, entries: Publisher['entries']): Promise<void> {
    const fresh = await startTestPage();
    try {
      rewritten.sequence = 5000;
      await postAll(fresh, [...rewritten.growAll(entries), ...rewritten.documents()]);
      for (const { name } of (await fresh.keyValues.list()).keys)
        await page.keyValues.put(name, new Uint8Array((await fresh.keyValues.get(name, 'arrayBuffer'))!));
    } finally {
      await fresh.close();
    }
  }
});
