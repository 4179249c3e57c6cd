import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { BATCH_REFUSALS } from '../../shared/contract/batch-refusal.js';
import { batchName } from '../../shared/contract/batch-stream.js';
import { verifierKey } from '../../shared/trust/tlog/signed-note.js';
import { KEYS, sha256, temporaryFolder } from '../release/release-fixture.js';
import { DATE, JOURNAL, RECEIPT_ROOT } from './broker-rig.js';
import { Road } from './road.js';

const DOCUMENT = readFileSync(fileURLToPath(new URL('../../../docs/data-path.md', import.meta.url)), 'utf8');
const COMMANDS = [...DOCUMENT.matchAll(/```sh\n(.*?)```/gs)].map(([, block]) => block).join('');

describe('docs/data-path.md', () => {
  const folder = temporaryFolder();
  before(function () {
    if (spawnSync('zstd', ['--version']).error !== undefined) this.skip(); // a stranger has it; this machine does not
  });

  it('names every reason for which something is set aside', () => {
    for (const reason of Object.keys(BATCH_REFUSALS)) assert.ok(DOCUMENT.includes(`\`${reason}\``), reason);
  });

  /** Runs its commands over a batch that was taken. */
  async function check(tamper: (audit: string) => void = () => {}) {
    const road = new Road(path.join(folder(), 'road'));
    road.rig.orders(4);
    await road.rig.sealAll();
    road.send();
    const batch = batchName({ stream: 'orders', epoch: 1, seq: 1 });
    const audit = path.join(folder(), 'audit');
    mkdirSync(audit, { recursive: true });
    writeFileSync(path.join(audit, 'root.json'), RECEIPT_ROOT.envelope);
    for (const name of [`${batch}.dsse.json`, `${batch}-01.zst`])
      copyFileSync(road.rig.path('outbox', name), path.join(audit, name));
    await road.receive();
    copyFileSync(
      path.join(road.places.log({ stream: 'orders', epoch: 1 }), 'checkpoint'),
      path.join(audit, 'checkpoint'),
    );
    tamper(audit);
    const script = `set -e -o pipefail\nBATCH=${batch}\n${COMMANDS}`;
    const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { cwd: audit, encoding: 'utf8' });
    return { status, lines: stdout.trim().split('\n'), stderr, road, audit, batch };
  }

  it('has commands that check a batch, its data and its receipt with openssl alone', async () => {
    const { status, lines, stderr, road, audit } = await check();
    assert.equal(status, 0, stderr);
    const [verdict, packed, signedPacked, plain, signedPlain, payload, receiptVerdict, key] = lines;
    assert.match(verdict!, /Signature Verified Successfully/);
    assert.equal(packed, signedPacked);
    assert.equal(plain, signedPlain);
    assert.equal(plain, sha256(readFileSync(road.rig.path('journal', JOURNAL, `orders-${DATE}.jsonl`))));
    assert.equal(payload, sha256(readFileSync(path.join(audit, 'body'))));
    assert.match(receiptVerdict!, /Signature Verified Successfully/);
    assert.equal(key, verifierKey({ name: 'believe/broker/orders/e1', key: KEYS.receipt }));
  });

  it('has commands that refuse a batch of which a byte is another', async () => {
    const batch = await check((audit) => {
      const file = path.join(audit, `${batchName({ stream: 'orders', epoch: 1, seq: 1 })}.dsse.json`);
      const envelope = JSON.parse(readFileSync(file, 'utf8')) as { payload: string };
      const payload = Buffer.from(envelope.payload, 'base64');
      payload[payload.length - 40]! ^= 1;
      writeFileSync(file, JSON.stringify({ ...envelope, payload: payload.toString('base64') }));
    });
    assert.notEqual(batch.status, 0);
    assert.match(batch.lines[0]!, /Signature Verification Failure/);
  });

  it('has commands that refuse a receipt of which a byte is another', async () => {
    const { status, lines } = await check((audit) => {
      const file = path.join(audit, 'checkpoint');
      writeFileSync(file, readFileSync(file, 'utf8').replace('\n1\n', '\n2\n'));
    });
    assert.notEqual(status, 0);
    assert.match(lines.at(-1)!, /Signature Verification Failure/);
  });
});
