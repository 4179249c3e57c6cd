import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { archivesIn } from '../../backup/archive-name.js';
import { KEEPS_NOTHING, readBackup } from '../../backup/read-archive.js';
import { randomNumbers } from '../bridge/kill-moments.js';
import { temporaryFolder } from '../release/release-fixture.js';
import { backUp, OPENERS, RECIPIENT, restore } from './backup-home.js';

const PROGRAM = fileURLToPath(new URL('./create-process.js', import.meta.url));

describe('a backup that is disturbed', () => {
  const folder = temporaryFolder();
  const at = (...parts: string[]) => path.join(folder(), ...parts);
  beforeEach(() => {
    mkdirSync(at('home/broker/journal'), { recursive: true });
    for (let i = 0; i < 20; i++) writeFileSync(at(`home/broker/file-${i}.bin`), Buffer.alloc(300_000, i));
  });

  it('holds each file as it was at one moment, and journals to a whole line, whoever writes meanwhile', async function () {
    this.timeout(60_000);
    const journal = at('home/broker/journal/decisions-2025-06-02.jsonl');
    writeFileSync(at('home/broker/pair.json'), '{}');
    let n = 0;
    const writer = setInterval(() => {
      const line = `${JSON.stringify({ n: ++n, text: 'x'.repeat(200) })}\n`;
      appendFileSync(journal, line.slice(0, 50));
      appendFileSync(journal, line.slice(50));
      writeFileSync(at('home/broker/pair.tmp'), JSON.stringify({ n, same: 'y'.repeat(400_000), again: n }));
      renameSync(at('home/broker/pair.tmp'), at('home/broker/pair.json'));
      rmSync(at(`home/broker/gone-${n - 1}.bin`), { force: true });
      writeFileSync(at(`home/broker/gone-${n}.bin`), Buffer.alloc(300_000, n));
    }, 3);
    try {
      for (let i = 0; i < 5; i++) {
        const { file } = await backUp(at('home'), at('backups'));
        await restore(file, at(`again-${i}`));
        const lines = readFileSync(at(`again-${i}/broker/journal/decisions-2025-06-02.jsonl`), 'utf8').split('\n');
        assert.equal(lines.pop(), '');
        assert.deepEqual(
          lines.map((line) => (JSON.parse(line) as { n: number }).n),
          lines.map((_, index) => index + 1),
        );
        const pair = JSON.parse(readFileSync(at(`again-${i}/broker/pair.json`), 'utf8')) as {
          n: number;
          again: number;
        };
        assert.equal(pair.n, pair.again);
      }
    } finally {
      clearInterval(writer);
    }
  });

  it('leaves nothing under a final name that is not whole, killed at any moment, and clears up after the dead', async function () {
    this.timeout(120_000);
    const random = randomNumbers(11);
    for (let round = 0; round < 12; round++) {
      const child = spawn(process.execPath, [PROGRAM, at('home'), at('backups'), RECIPIENT], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(child.stdout!, 'data');
      await pause(random() * 400);
      child.kill('SIGKILL');
      await once(child, 'close');
      for (const { file } of archivesIn(at('backups'))) {
        await readBackup(file, OPENERS, KEEPS_NOTHING);
        rmSync(file);
      }
    }
    await backUp(at('home'), at('backups'));
    assert.deepEqual(
      readdirSync(at('backups')).filter((name) => name.endsWith('.tmp')),
      [],
    );
  });

  it('on a full disk leaves nothing, removes no older one, and says so', async function () {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) {
      process.stderr.write('      skipped: only root can mount a file system of its own\n');
      return this.skip();
    }
    mkdirSync(at('full'));
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=10m', 'tmpfs', at('full')], { encoding: 'utf8' });
    if (mounted.status !== 0) {
      process.stderr.write(`      skipped: no tmpfs can be mounted: ${mounted.stderr.trim()}\n`);
      return this.skip();
    }
    try {
      const first = await backUp(at('home'), at('full'), { keep: 1 });
      await assert.rejects(backUp(at('home'), at('full'), { keep: 1 }), { type: 'DiskFull' });
      assert.deepEqual(readdirSync(at('full')), [path.basename(first.file)]);
      await readBackup(first.file, OPENERS, KEEPS_NOTHING);
      await assert.rejects(restore(first.file, at('full/home')), { type: 'DiskFull' });
      assert.deepEqual(readdirSync(at('full')), [path.basename(first.file)]);
    } finally {
      spawnSync('umount', [at('full')]);
    }
  });

  it('takes a log whole under one checkpoint, though it grows', async () => {
    mkdirSync(at('home/receiver/logs/orders-e0001'), { recursive: true });
    const log = (name: string) => at('home/receiver/logs/orders-e0001', name);
    let n = 0;
    const grow = () => {
      n++;
      writeFileSync(log(`tile-${n}`), String(n));
      writeFileSync(log('checkpoint'), String(n));
      rmSync(log(`tile-${n - 1}`), { force: true });
    };
    grow();
    const grower = setInterval(grow, 20);
    try {
      const { file } = await backUp(at('home'), at('backups'));
      await restore(file, at('again'));
    } finally {
      clearInterval(grower);
    }
    const named = readFileSync(at('again/receiver/logs/orders-e0001/checkpoint'), 'utf8');
    assert.ok(existsSync(at(`again/receiver/logs/orders-e0001/tile-${named}`)));
  });
});
