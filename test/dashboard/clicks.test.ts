import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { LocalPage } from '../../deploy/local-page.js';
import { CLICKS_PAYLOAD_TYPE } from '../../shared/public-record/documents.js';
import { KEYS } from '../release/release-fixture.js';
import { ORIGIN, Publisher, posted, STATE_KEY } from './posts.js';
import { startTestPage } from './test-page.js';

const AT_ONCE = 100;

describe('clicks', function () {
  this.timeout(180_000);
  let page: LocalPage;
  beforeEach(async () => {
    page = await startTestPage();
  });
  afterEach(() => page.close());

  const click = (changes: object = {}, headers: Record<string, string> = {}) =>
    fetch(`${page.url}/click`, {
      ...{ method: 'POST', headers },
      body: JSON.stringify({ site: 'example.org', page: '/', id: randomUUID(), ...changes }),
    });
  const month = new Date().toISOString().slice(0, 7);
  const asked = (changes: object = {}, key = STATE_KEY) =>
    fetch(`${page.url}/clicks/month`, {
      method: 'POST',
      body: Buffer.from(
        posted(
          CLICKS_PAYLOAD_TYPE,
          { v: 1, kind: 'clicks', origin: ORIGIN, month, at: new Date().toISOString(), ...changes },
          key,
        ),
      ),
    });
  const rows = async () =>
    ((await (await asked()).json()) as { rows: { page: string; n: number; campaign: string }[] }).rows;

  it('are counted exactly, 10,000 of them at once and a tenth of them twice, and touch no write of the record', async () => {
    const publisher = new Publisher();
    let sent = 0;
    const worker = async () => {
      for (let n = sent++; n < 10_000; n = sent++) {
        const id = randomUUID();
        const from = { 'cf-connecting-ip': `10.0.${n % 250}.${Math.floor(n / 250)}` };
        const ask = { page: n % 3 === 0 ? '/research' : '/', id };
        const statuses = [(await click(ask, from)).status, n % 10 === 0 ? (await click(ask, from)).status : 204];
        assert.deepEqual(statuses, [204, 204], `click ${n}`);
      }
    };
    const workers = Array.from({ length: AT_ONCE }, worker);
    for (let i = 0; i < 20; i++) {
      const taken = await fetch(`${page.url}/ingest`, { method: 'POST', body: Buffer.from(publisher.state()) });
      assert.equal(taken.status, 200, 'a snapshot in the middle of it');
    }
    await Promise.all(workers);
    assert.deepEqual(
      (await rows()).map(({ page: on, n }) => [on, n]),
      [
        ['/', 6666],
        ['/research', 3334],
      ],
    );
    const { keys } = await page.keyValues.list();
    assert.deepEqual(
      keys.map(({ name }) => name),
      ['state'],
      'one write a quarter of an hour, and none yet',
    );
  });

  it('are not counted of those who ask for it, and hold back who floods', async () => {
    assert.equal((await click({}, { dnt: '1' })).status, 204);
    assert.equal((await click({}, { 'sec-gpc': '1' })).status, 204);
    assert.deepEqual(await rows(), []);
    const statuses: number[] = [];
    for (let i = 0; i < 200; i++) statuses.push((await click({}, { 'cf-connecting-ip': '192.0.2.7' })).status);
    assert.equal(statuses.filter((status) => status === 204).length, 120);
    assert.equal((await click({}, { 'cf-connecting-ip': '192.0.2.8' })).status, 204, 'and nobody else');
  });

  it('are refused where they say more than where, and never fill the table', async () => {
    for (const wrong of [
      { page: 'research' },
      { page: '/<script>' },
      { page: `/${'x'.repeat(500)}` },
      { site: 'UPPER' },
      { id: '1' },
      { email: 'a@example.org' },
      { campaign: 'a b' },
    ])
      assert.equal((await click(wrong)).status, 400, JSON.stringify(wrong));
    assert.equal((await fetch(`${page.url}/click`, { method: 'POST', body: 'x'.repeat(10_000) })).status, 413);
    assert.deepEqual(await rows(), []);
  });

  it('are told to whoever holds the state key, asked for just now', async () => {
    await click({ campaign: 'spring' });
    assert.equal((await rows())[0]!.campaign, 'spring');
    for (const [what, answer] of [
      ['another key', await asked({}, KEYS.release)],
      ['an old request', await asked({ at: '2025-01-01T00:00:00.000Z' })],
      ['another page', await asked({ origin: 'other.example.org' })],
    ] as const)
      assert.equal(answer.status, 400, what);
  });
});
