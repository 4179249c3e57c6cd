import '../../simulation/world/install.js';
import assert from 'node:assert/strict';
import {
  appendFileSync,
  closeSync,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { open, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DISK_ROOT } from '../../simulation/world/virtual-disk.js';
import { inWorld } from './in-world.js';

const FOLDER = path.join(DISK_ROOT, 'home');
const FILE = path.join(FOLDER, 'file');

describe('the virtual disk', () => {
  it('is a file system for whoever asks below its root', async () => {
    await inWorld(async () => {
      mkdirSync(path.join(FOLDER, 'deep/er'), { recursive: true });
      writeFileSync(FILE, 'one\n');
      appendFileSync(FILE, 'two\n');
      assert.equal(readFileSync(FILE, 'utf8'), 'one\ntwo\n');
      linkSync(FILE, `${FILE}.link`);
      assert.throws(() => linkSync(FILE, `${FILE}.link`), { code: 'EEXIST' });
      renameSync(`${FILE}.link`, path.join(FOLDER, 'deep/er/file'));
      assert.deepEqual(readdirSync(FOLDER, { recursive: true }), ['deep', 'deep/er', 'deep/er/file', 'file']);
      const handle = await open(FILE, 'r+');
      await handle.writev([Buffer.from('ONE'), Buffer.from('\nTWO')], 0);
      await handle.truncate(7);
      await handle.close();
      assert.equal(await readFile(path.join(FOLDER, 'deep/er/file'), 'utf8'), 'ONE\nTWO', 'one file under two names');
      assert.throws(() => readFileSync(path.join(FOLDER, 'none')), { code: 'ENOENT' });
      assert.equal(statSync(FILE).mtimeMs, Date.now());
      rmSync(FOLDER, { recursive: true });
      assert.equal(existsSync(FILE), false);
    });
  });

  it('loses what was not made durable when the power is cut, and nothing else', async () => {
    for (let seed = 1; seed <= 40; seed++)
      await inWorld(async (_tell, { disk }) => {
        mkdirSync(FOLDER, { recursive: true });
        const descriptor = openSync(FILE, 'w');
        writeSync(descriptor, 'durable\n');
        fdatasyncSync(descriptor);
        writeSync(descriptor, 'perhaps\n');
        disk.cutPower();
        const text = readFileSync(FILE, 'utf8');
        assert.ok(text.startsWith('durable\n') && 'durable\nperhaps\n'.startsWith(text), text);
        closeSync(descriptor);
      }, seed);
  });

  it('may undo a rename that was not made durable, and never half of it', async () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 40; seed++)
      await inWorld(async (_tell, { disk }) => {
        mkdirSync(FOLDER, { recursive: true });
        const replace = (text: string) => {
          const descriptor = openSync(`${FILE}.tmp`, 'w');
          writeSync(descriptor, text);
          fsyncSync(descriptor);
          closeSync(descriptor);
          renameSync(`${FILE}.tmp`, FILE);
        };
        replace('old');
        const folder = openSync(FOLDER, 'r');
        fsyncSync(folder);
        replace('new');
        disk.cutPower();
        seen.add(readFileSync(FILE, 'utf8'));
      }, seed);
    assert.deepEqual([...seen].sort(), ['new', 'old']);
  });

  it('is full for files that grow, and takes what lies within their blocks', async () => {
    await inWorld(async (_tell, { disk }) => {
      mkdirSync(FOLDER, { recursive: true });
      const descriptor = openSync(FILE, 'w+');
      writeSync(descriptor, Buffer.alloc(4000));
      disk.faults.freeBytes = 0;
      assert.equal(writeSync(descriptor, Buffer.alloc(200)), 96, 'what the block has left');
      assert.throws(() => writeSync(descriptor, Buffer.alloc(1)), { code: 'ENOSPC' });
      assert.equal(writeSync(descriptor, Buffer.from('over'), 0, 4, 0), 4);
      await assert.rejects(writeFile(`${FILE}.new`, 'x'), { code: 'ENOSPC' });
      disk.faults.freeBytes = 4096;
      await writeFile(`${FILE}.new`, 'x');
      disk.faults.failingSyncs = 1;
      assert.throws(() => fsyncSync(descriptor), { code: 'EIO' });
      fsyncSync(descriptor);
      const read = Buffer.alloc(4);
      readSync(descriptor, read, 0, 4, 0);
      assert.equal(read.toString(), 'over');
    });
  });

  it('does nothing any more for a process that was killed', async () => {
    await inWorld(async (_tell, world) => {
      mkdirSync(FOLDER, { recursive: true });
      writeFileSync(FILE, 'alive');
      const doomed = world.createOwner('doomed');
      world.as(doomed, () => {
        const descriptor = openSync(FILE, 'r+');
        doomed.end(true);
        assert.throws(() => writeSync(descriptor, 'dead'), { code: 'EBADF' });
        renameSync(FILE, `${FILE}.moved`);
        void rename(FILE, `${FILE}.moved`);
      });
      assert.equal(readFileSync(FILE, 'utf8'), 'alive');
    });
  });

  it('fails loudly where a call is not simulated, instead of reaching the real disk', async () => {
    await inWorld(async () => {
      const { watch } = await import('node:fs');
      assert.throws(() => watch(FOLDER), /does not know fs\.watch/);
    });
  });
});
