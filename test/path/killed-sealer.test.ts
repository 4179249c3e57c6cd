import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs, { closeSync, cpSync, existsSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { signingKeyPem } from '../../shared/trust/ed25519-key.js';
import { randomNumbers } from '../bridge/kill-moments.js';
import { atEveryMoment } from '../release/cut-off.js';
import { KEYS, temporaryFolder } from '../release/release-fixture.js';
import { BrokerRig, CAPTURE, DATE, JOURNAL, readOutbox } from './broker-rig.js';
import { layOut, RecordedDisk } from './power-cut.js';

const PROGRAM = fileURLToPath(new URL('./seal-process.js', import.meta.url));
const ORDERS = `journal/${JOURNAL}/orders-${DATE}.jsonl`;

const random = randomNumbers(2025);
const SURVIVORS: Record<string, (step: number) => boolean> = {
  none: () => false,
  all: () => true,
  some: () => random() < 0.5,
};

/** Name -> bytes of what could have been sent. */
function sent(folder: string): Map<string, Buffer> {
  const outbox = path.join(folder, 'outbox');
  if (!existsSync(outbox)) return new Map();
  return new Map(readdirSync(outbox).map((name) => [name, readFileSync(path.join(outbox, name))]));
}

/** The n-th operation that takes room on the disk finds none, once. @returns takes that away again */
function refuseOnce(n: number): () => void {
  const table = fs as unknown as Record<string, (...args: unknown[]) => unknown>;
  const real = { ...table };
  const names = ['openSync', 'writeSync', 'writeFileSync', 'fsyncSync', 'renameSync'];
  let operations = 0;
  for (const name of names)
    table[name] = (...args) => {
      if (++operations === n) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      return real[name]!(...args);
    };
  syncBuiltinESMExports();
  return () => {
    for (const name of names) table[name] = real[name]!;
    syncBuiltinESMExports();
  };
}

/** A journal and a segment are sealed, and the day of the journal is closed: three batches. */
async function sealDay(folder: string): Promise<void> {
  await new BrokerRig(folder).sealing(async (sealer) => {
    await sealer.sealAll();
    sealer.closeDay('orders', DATE);
  });
}

/** After whatever happened, sealing goes on; then everything is there once, and nothing of what was sent before has changed. */
async function requireWhole(
  folder: string,
  before: ReadonlyMap<string, Buffer>,
  what: string,
  partsMax = 1,
): Promise<void> {
  const rig = new BrokerRig(folder);
  rig.wallMs += 5000; // nothing is sealed again at the time of before
  const all = async () => {
    const { failed } = await rig.sealAll();
    assert.deepEqual(failed, [], what);
  };
  await all();
  await rig.sealing((sealer) => sealer.closeDay('orders', DATE));
  rig.append(ORDERS, `${readFileSync(rig.path(ORDERS), 'utf8').split('\n')[0]}\n`);
  await all();
  const { bytes, kinds } = readOutbox(rig.path('outbox'));
  assert.equal(bytes[`${JOURNAL}/orders-${DATE}.jsonl`], readFileSync(rig.path(ORDERS), 'utf8'), what);
  const segment = `dom_ib-ESM5-${DATE}-1.jsonl`;
  assert.equal(bytes[segment], readFileSync(rig.path('capture', segment), 'utf8'), what);
  assert.deepEqual(kinds[CAPTURE], ['data'], what);
  const [last, close, ...firsts] = (kinds.orders ?? []).toReversed();
  assert.deepEqual([last, close, new Set(firsts)], ['data', 'close', new Set(['data'])], what);
  assert.ok(firsts.length <= partsMax, what);
  const after = sent(folder);
  for (const [name, was] of before) assert.ok(after.get(name)?.equals(was), `${what}: ${name} was sent and changed`);
  assert.deepEqual(readdirSync(rig.path('seal', 'work')), [], what);
}

describe('sealing that is cut off', () => {
  const folder = temporaryFolder();
  let full: string;
  beforeEach(() => {
    full = path.join(folder(), 'full');
    const rig = new BrokerRig(full);
    rig.orders(6);
    rig.segment(1, 200);
  });
  const copyOf = (name: number | string) => {
    const copy = path.join(folder(), `copy-${name}`);
    cpSync(full, copy, { recursive: true });
    return copy;
  };

  it('at any operation on the disk, continues the same chain', async function () {
    this.timeout(600_000);
    const moments = await atEveryMoment(sealDay, copyOf, (copy, moment) =>
      requireWhole(copy, sent(copy), `before operation ${moment}`),
    );
    assert.ok(moments > 60, `${moments} moments`);
  });

  it('by SIGKILL, continues the same chain', async function () {
    this.timeout(600_000);
    const pem = signingKeyPem(KEYS.journal);
    const seal = (copy: string, killAt: number) =>
      spawnSync(process.execPath, [PROGRAM, copy, String(killAt), pem], { encoding: 'utf8' });
    for (const killAt of [3, 8, 14, 19, 25, 31]) {
      const copy = copyOf(killAt);
      const { signal, stderr } = seal(copy, killAt);
      assert.equal(signal, 'SIGKILL', stderr);
      await requireWhole(copy, sent(copy), `killed before operation ${killAt}`);
    }
  });

  it('by a power cut, with any part of what was not waited for, continues the same chain', async function () {
    this.timeout(600_000);
    const disk = await RecordedDisk.of(full, () => sealDay(full));
    for (let count = 0; count <= disk.length; count++) {
      const visible = new Map(
        [...disk.after(count, () => true)].flatMap(([file, bytes]) =>
          path.dirname(file) === 'outbox' ? [[path.basename(file), bytes] as const] : [],
        ),
      );
      for (const [name, survives] of Object.entries(SURVIVORS)) {
        const cut = path.join(folder(), `cut-${count}-${name}`);
        layOut(cut, disk.after(count, survives));
        await requireWhole(cut, visible, `after step ${count}, ${name} of the rest`);
      }
    }
    assert.ok(disk.length > 60, `${disk.length} steps`);
  });

  it('by a disk that refuses once, is completed by the same sealer before it goes on', async function () {
    this.timeout(600_000);
    let refused = 0;
    for (let n = 1; ; n++) {
      const copy = copyOf(`refused-${n}`);
      const rig = new BrokerRig(copy);
      const before = await rig.sealing(async (sealer) => {
        const restore = refuseOnce(n);
        const wasRefused = await sealer
          .sealAll()
          .then(() => false)
          .catch(({ code }) => code === 'ENOSPC')
          .finally(restore);
        if (!wasRefused) return null;
        const visible = sent(copy);
        rig.orders(2);
        await sealer.sealAll();
        return visible;
      });
      if (before === null) break;
      refused++;
      await requireWhole(copy, before, `operation ${n} refused`, 2);
    }
    assert.ok(refused > 20, `${refused} refusals`);
  });

  it('has the lines of the bridge on the disk before anyone can see that they are sealed', async () => {
    const text = readFileSync(path.join(full, ORDERS));
    const disk = await RecordedDisk.of(full, async () => {
      rmSync(path.join(full, ORDERS));
      const descriptor = openSync(path.join(full, ORDERS), 'w');
      writeSync(descriptor, text, 0, text.length, 0); // as the bridge writes what it does not wait for
      closeSync(descriptor);
      await sealDay(full);
    });
    const isSealed = (files: ReadonlyMap<string, Buffer>) => files.has('outbox/orders-e0001-0000000001.dsse.json');
    let seen = 0;
    for (let count = 0; count <= disk.length; count++) {
      if (!isSealed(disk.after(count, () => true))) continue;
      seen++;
      // Its name is the bridge's own to wait for.
      const files = disk.after(count, (step) => step < 2);
      assert.ok(files.get(ORDERS)?.equals(text), `after step ${count}`);
    }
    assert.ok(seen > 10, `${seen} moments`);
  });
});
