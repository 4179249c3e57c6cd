import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { LocalPage } from '../../deploy/local-page.js';
import { entryBytes } from '../../shared/public-record/entry.js';
import { verifierKey } from '../../shared/trust/tlog/signed-note.js';
import { buildGoChecker } from '../path/go-checker.js';
import { temporaryFolder } from '../release/release-fixture.js';
import { ORIGIN, Publisher, STATE_KEY } from './posts.js';
import { postAll, startTestPage } from './test-page.js';

describe('a stranger', function () {
  this.timeout(240_000);
  const folder = temporaryFolder();
  let page: LocalPage;
  let publisher: Publisher;

  beforeEach(async () => {
    page = await startTestPage();
    publisher = new Publisher();
    await postAll(page, [...publisher.growAll(publisher.record(5, 60)), ...publisher.documents()]);
  });
  afterEach(() => page.close());

  it("reads and proves the record by Go's tlog and note, from what the page serves", async function () {
    const go = buildGoChecker();
    if (go === null) return this.skip();
    try {
      for (const { name } of (await page.keyValues.list()).keys.filter((key) => key.name.startsWith('log/'))) {
        const served = await fetch(`${page.url}/${name.slice('log/'.length)}`);
        assert.equal(served.status, 200, name);
        const file = path.join(folder(), name);
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, Buffer.from(await served.arrayBuffer()));
      }
      const key = verifierKey({ name: ORIGIN, key: STATE_KEY });
      const { stdout, stderr } = go.run('check', path.join(folder(), 'log'), key, ORIGIN);
      assert.equal(stderr, '');
      const { size, entries } = JSON.parse(stdout) as { size: number; entries: string[] };
      assert.equal(size, publisher.edge.size);
      assert.deepEqual(
        entries,
        publisher.entries.map((entry) => Buffer.from(entryBytes(entry)).toString('hex')),
      );
    } finally {
      go.remove();
    }
  });

  it('finds nothing but what is public: schemas, feed, picture; and no way to write', async () => {
    const schema = (await (await fetch(`${page.url}/schemas/entry.json`)).json()) as { oneOf?: unknown[] };
    assert.ok((schema.oneOf?.length ?? 0) >= 7);
    const feed = await (await fetch(`${page.url}/feed.xml`)).text();
    assert.match(feed, /^<\?xml.*<title>Release v5 signed<\/title>/s);
    const picture = Buffer.from(await (await fetch(`${page.url}/picture.png`)).arrayBuffer());
    assert.equal(picture.subarray(1, 4).toString(), 'PNG');
    for (const [method, place] of [
      ['PUT', '/checkpoint'],
      ['DELETE', '/tile/0/000'],
      ['POST', '/'],
      ['GET', '/ingest'],
      ['GET', '/tile/0/../../state'],
      ['GET', '/tile/0/%2e%2e'],
      ['GET', '/api/history/clicks.json'],
    ] as const)
      assert.equal((await fetch(`${page.url}${place}`, { method })).status, 404, `${method} ${place}`);
  });
});
