import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { LocalPage } from '../../deploy/local-page.js';
import { writeSites } from '../../research/public/sites/write-sites.js';
import { CLICKS_PAYLOAD_TYPE } from '../../shared/public-record/documents.js';
import { isIncluded } from '../../shared/trust/tlog/merkle.js';
import { temporaryFolder } from '../release/release-fixture.js';
import { ORIGIN, Publisher, posted } from './posts.js';
import { startTestPage } from './test-page.js';
import { Visitor } from './visitor.js';

describe('the sites', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  let page: LocalPage;
  let publisher: Publisher;
  const keys = { origin: ORIGIN, stateKeys: ['KEY'], verifierKeys: ['NOTE'] };
  const write = () =>
    writeSites({
      ...{ folder: folder(), fundName: 'Fund <&>', home: '', trades: '', record: page.url, synthetic: true },
      ...{ entries: publisher.entries, keys },
    });

  beforeEach(async () => {
    page = await startTestPage();
    publisher = new Publisher();
    publisher.growAll(publisher.record(40, 3));
  });
  afterEach(() => page.close());

  it('are static files: every fill with its proof, to read, to search, as CSV and as Parquet; and say SYNTHETIC', async () => {
    const { home, trades } = await write();
    assert.deepEqual(readdirSync(home).sort(), [
      '_headers',
      'data.html',
      'index.html',
      'methods.html',
      'performance.html',
      'philosophy.html',
      'research.html',
      'verify.html',
    ]);
    for (const file of readdirSync(home).filter((name) => name.endsWith('.html'))) {
      const text = readFileSync(path.join(home, file), 'utf8');
      assert.ok(text.includes('SYNTHETIC') && text.includes('Fund &#60;&#38;&#62;') && !text.includes('<&>'), file);
    }
    assert.match(readFileSync(path.join(home, 'index.html'), 'utf8'), /PLACEHOLDER/);
    const months = readdirSync(trades).filter((name) => /^2025-\d\d\.html$/.test(name));
    assert.deepEqual(months.sort(), ['2025-01.html', '2025-02.html']);
    const csv = readFileSync(path.join(trades, 'fills.csv'), 'utf8').trimEnd().split('\n');
    assert.equal(csv.length, 1 + 120);
    const connection = await (await DuckDBInstance.create()).connect();
    const counted = await connection.runAndReadAll(
      `SELECT count(*), sum(contracts), min(price) FROM '${path.join(trades, 'fills.parquet')}'`,
    );
    assert.deepEqual(counted.getRows()[0]!.map(Number), [120, 120, 5000]);
    const proofs = readFileSync(path.join(trades, 'proofs.jsonl'), 'utf8').trimEnd().split('\n');
    assert.equal(proofs.length, 120);
    const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'base64'));
    for (const line of proofs) {
      const { index, size, root, leaf, proof } = JSON.parse(line) as {
        index: number;
        size: number;
        root: string;
        leaf: string;
        proof: string[];
      };
      assert.ok(isIncluded(bytes(leaf), index, size, bytes(root), proof.map(bytes)), `${index}`);
    }
  });

  it('count a click where a visitor does not object, ask nobody else, and find a trade as somebody types', async function () {
    if ((await Visitor.path()) === undefined) return this.skip();
    const { trades } = await write();
    const server = await serve(trades);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const visitor = await Visitor.open(url);
    try {
      await visitor.page.goto(`${url}/2025-01?c=spring`);
      const shown = () => visitor.page.locator('tbody tr:visible').count();
      const all = await shown();
      await visitor.page.fill('#search', '2025-01-10');
      assert.deepEqual([await shown(), all], [3, 90]);
      await visitor.page.waitForTimeout(500);
      const asked = await fetch(`${page.url}/clicks/month`, {
        method: 'POST',
        body: Buffer.from(
          posted(CLICKS_PAYLOAD_TYPE, {
            v: 1,
            kind: 'clicks',
            origin: ORIGIN,
            month: new Date().toISOString().slice(0, 7),
            at: new Date().toISOString(),
          }),
        ),
      });
      const { rows } = (await asked.json()) as { rows: { site: string; page: string; campaign: string; n: number }[] };
      assert.deepEqual(
        rows.map(({ site, page: on, campaign, n }) => [site, on, campaign, n]),
        [['trades', '/2025-01', 'spring', 1]],
      );
      assert.deepEqual(
        [...new Set(visitor.elsewhere.map((one) => new URL(one).origin))],
        [page.url],
        'the click alone',
      );
      assert.deepEqual(
        visitor.complaints.filter((one) => !one.includes('frame-ancestors')),
        [],
      );
    } finally {
      await visitor.close();
      server.close();
    }
  });
});

/** As Pages serves files: without their ending. */
function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const name = new URL(request.url!, 'http://x').pathname.slice(1) || 'index';
    try {
      response.writeHead(200, { 'content-type': 'text/html' }).end(readFileSync(path.join(folder, `${name}.html`)));
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
