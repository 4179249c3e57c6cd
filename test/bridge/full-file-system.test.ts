import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { RESERVE_BYTES } from '../../bridge/disk/disk-reserve.js';
import { assertAgreement } from './agreement.js';
import { ACCOUNT, Rig } from './rig.js';
import { SmallDisk } from './small-disk.js';
import { EAGER } from './toy-release.js';

const CONTRACTS = 60;
const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

describe('a bridge on a file system (tmpfs) that is full', function () {
  this.timeout(180_000);
  let rig: Rig;
  let disk: SmallDisk;

  async function start(speed: number, bridge: object): Promise<void> {
    rig = await Rig.start({
      gateway: { speed },
      config: { bridge, risk: { maxPositionContracts: CONTRACTS, maxOrderSizeContracts: CONTRACTS } },
    });
    const policy = { ...EAGER.policy, maxPositionContracts: CONTRACTS };
    rig.toys.arm(await rig.toys.accept(1, { ensemble: { ...EAGER, policy } }), 0);
    disk = SmallDisk.mount(rig.broker, 24);
    await rig.startBridge();
    await rig.until('fills', ({ fills }) => fills >= 5);
    await rig.untilTrue('an order', () => rig.gateway.ledger.live().length > 0, { everyMs: 1 });
    disk.fill();
  }

  afterEach(async () => {
    disk?.makeRoom();
    await rig.stopBridge().finally(() => disk?.unmount());
    await rig.end();
  });

  const isHaltedForTheDisk = ({ haltReason }: { haltReason: string | null }) =>
    /(disk|journal): /.test(haltReason ?? '');

  /** Full again and again, until it happens while contracts are held. */
  async function fullWithPosition(): Promise<void> {
    for (;;) {
      disk.fill();
      await rig.until('halted', (status) => isHaltedForTheDisk(status) && rig.gateway.ledger.live().length === 0);
      const held = positionAtGateway(rig);
      const seenMs = Date.now();
      // An order may have been on its way, and a halt for the disk may lift: what is held has to stay.
      const later = await rig.until('a later word', ({ wallTime }) => Date.parse(wallTime) > seenMs + 1500);
      if (held !== 0 && isHaltedForTheDisk(later) && positionAtGateway(rig) === held) return;
      disk.makeRoom();
      const fillsBefore = rig.gateway.ledger.executions.length;
      await rig.until('more fills', () => rig.gateway.ledger.executions.length > fillsBefore);
    }
  }

  async function afterRoomWasMade(): Promise<void> {
    disk.makeRoom();
    const fillsBefore = rig.gateway.ledger.executions.length;
    await rig.until('armed', ({ trading }) => trading === 'armed');
    await rig.until('more fills', () => rig.gateway.ledger.executions.length > fillsBefore);
    await rig.quiet();
    assertAgreement(rig);
    await rig.stopBridge();
    assert.ok(
      rig.captureFiles().every((file) => file.endsWith('.jsonl')),
      'every segment is closed',
    );
  }

  it('halts trading first, captures on in memory over segments that fall due, says so, and loses no line', async () => {
    await start(20, { segmentMinutesMax: 0.02 });
    const onDisk = capturedBytes(rig);
    const { eventsSeen } = await rig.until('halted', isHaltedForTheDisk);
    const { size: orders } = rig.gateway.ledger.orders;
    await rig.until('events go on', (status) => status.eventsSeen > eventsSeen + 2000 && isHaltedForTheDisk(status));
    assert.equal(rig.gateway.ledger.orders.size, orders, 'no order was sent while halted');
    await afterRoomWasMade();
    const lines = rig.captured();
    lines.forEach(({ seq }, index) => {
      assert.equal(seq, index + 1, 'no line is missing, doubled or out of order');
    });
    assert.ok(!lines.some(({ reason }) => /disk was full/.test(String(reason))));
    assert.ok(lines.length > eventsSeen + 2000);
    const allBytes = capturedBytes(rig);
    for (const [file, bytes] of onDisk) assert.ok(allBytes.get(file)!.startsWith(bytes), `${file} only grew`);
  });

  it('closes the position nevertheless, when an operator asks for it, and knows of every execution', async () => {
    await start(20, {});
    await fullWithPosition();
    await promisify(execFile)(process.execPath, [MAIN, 'bridge', 'flatten', '--home', rig.home]);
    await rig.until('flat there', () => positionAtGateway(rig) === 0 && rig.gateway.ledger.live().length === 0);
    const flat = await rig.until('flat here', ({ positionContracts, halts }) => {
      return positionContracts === 0 && halts?.flatten !== undefined && rig.ledger().live().length === 0;
    });
    assert.match(flat.haltReason ?? '', /disk: the capture cannot be written/, 'the disk is full still');
    assertAgreement(rig);
    const closing = rig
      .ledger()
      .all()
      .filter(({ purpose }) => purpose === 'flatten');
    assert.ok(closing.length > 0);
    disk.makeRoom();
    await rig.until('room again', ({ halts }) => Object.keys(halts ?? {}).join() === 'flatten');
    assert.equal(statSync(path.join(journalFolder(rig), 'reserve')).size, RESERVE_BYTES, 'kept for the next time');
  });

  it('records what it had to drop as one gap, in its place, and asks for a fresh book', async () => {
    await start(60, { captureBacklogMiBMax: 1 });
    await rig.until('halted', isHaltedForTheDisk);
    const { eventsSeen } = rig.status()!;
    // A line has a hundred bytes: far more than a MiB of them.
    await rig.until('much was dropped', (status) => status.eventsSeen > eventsSeen + 30_000);
    await afterRoomWasMade();
    const lines = rig.captured();
    const gaps = lines.flatMap((line, at) => (/disk was full/.test(String(line.reason)) ? [at] : []));
    assert.ok(gaps.length > 0, 'a gap is on record');
    let dropped = 0;
    for (const [at, { seq, reason }] of lines.entries()) {
      const missing = seq - (lines[at - 1]?.seq ?? 0) - 1;
      if (!gaps.includes(at)) {
        assert.equal(missing, 0, `line ${seq} follows the one before`);
        continue;
      }
      assert.match(String(reason), new RegExp(`\\b${missing} lines`), 'as many as are missing');
      assert.ok(
        lines.slice(at, at + 50).some(({ kind }) => kind === 'reset'),
        'a fresh book comes soon',
      );
      dropped += missing;
    }
    assert.ok(dropped > 1000, `${dropped} lines`);
  });
});

function positionAtGateway(rig: Rig): number {
  return [...(rig.gateway.ledger.accounts.values().next().value?.positions.values() ?? [])][0]?.quantity ?? 0;
}

function journalFolder(rig: Rig): string {
  return path.join(rig.broker, 'journal', `${ACCOUNT}-ESU9`);
}

/** Bytes of every capture file, by its final name and in the order of its numbers. */
function capturedBytes(rig: Rig): Map<string, string> {
  const files = rig.captureFiles();
  return new Map(
    files.map((file) => [file.replace(/\.open$/, ''), readFileSync(path.join(rig.broker, 'capture', file), 'utf8')]),
  );
}
