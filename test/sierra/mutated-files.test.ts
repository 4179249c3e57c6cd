import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { TICK_SIZE } from '../../bench/sierra/grown-samples.js';
import { SymbolFollower } from '../../broker/follow/symbol-follower.js';
import { BadInput } from '../../shared/failure.js';
import { damageOf } from '../import/hostile-samples.js';
import { FollowRig, INSTRUMENT } from './following.js';
import { depthBytes, depthHeader, scidHeader, snapshotBytes, tickBytes } from './hand-written.js';
import { booksBy, decimalOf, type OracleBook, type OracleRules, quarterTicks, ticksBy } from './oracle.js';
import { readByImporter } from './read-by-importer.js';
import { changesOf, eventsIn, eventsOfLines } from './segment-events.js';

/** Damaged files of each kind, by each reader; the full study has 100,000. */
const RUNS = Number(process.env.BELIEVE_SIERRA_FILES ?? 250);
const SEED = Number(process.env.BELIEVE_SIERRA_SEED ?? 42);
/** A file system in memory, where there is one: each file is waited for. */
const ROOM = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const T0 = Date.UTC(2025, 7, 12, 20, 59, 59) * 1000;
const DATE = '2025-08-12';
const FROM_US = Date.UTC(2010, 0, 4) * 1000;
const FOLLOWED: OracleRules = {
  ...{ fromUs: FROM_US, beforeUs: Date.UTC(2026, 0, 1, 1) * 1000 },
  priceOf: quarterTicks,
};

const SCID = Buffer.concat([
  scidHeader(),
  ...Array.from({ length: 24 }, (_, i) =>
    tickBytes({ us: T0 + i * 90_001, price: 640_000 + 25 * (i % 5), size: i + 1, isSell: i % 3 === 0 }),
  ),
]);
const DEPTH = Buffer.concat([
  depthHeader(),
  snapshotBytes(T0, 640_000, 12),
  ...Array.from({ length: 24 }, (_, i) =>
    depthBytes({
      ...{ us: T0 + (i + 1) * 90_001, command: 2 + ((i * 5) % 6), size: 50 + i, isLast: i % 3 !== 1 },
      price: 640_000 + (i % 2 === 0 ? -25 : 25) * (1 + (i % 7)),
    }),
  ),
  snapshotBytes(T0 + 3_000_000, 640_100, 4),
  depthBytes({ us: T0 + 3_100_000, command: 4, price: 640_075, size: 77 }),
]);

describe('a hundred thousand damaged files of Sierra Chart, or some of them', () => {
  const folder = mkdtempSync(path.join(ROOM, 'believe-follow-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  let runs = 0;

  function study(what: string, sample: Buffer, judge: (bytes: Buffer) => Promise<void>): void {
    it(`give right records or a clear error, never other rows: ${what}`, async () => {
      const property = fc.asyncProperty(damageOf(sample), async (damage) => {
        await judge(damage.apply(sample));
      });
      await fc.assert(property, { numRuns: RUNS, seed: SEED, endOnFailure: RUNS > 10_000 });
    }).timeout(60_000 + 60 * RUNS);
  }

  /** Null where following refused the file, in words that name it. */
  async function followed(kind: 'scid' | 'depth', bytes: Buffer) {
    const rig = new FollowRig(path.join(folder, 'follow'));
    const file = kind === 'scid' ? rig.scid : rig.depth(DATE);
    writeFileSync(file, bytes);
    const follower = new SymbolFollower(rig.options({ holdMs: 0 }), () => 0);
    try {
      const look = await follower.look(async () => {});
      follower.closeDate('9999-12-31');
      return { ...(await eventsOf(rig.files())), faults: look.faults };
    } catch (error) {
      assert.ok(error instanceof BadInput, (error as Error).stack);
      assert.ok(error.message.includes(path.basename(file)));
      return null;
    } finally {
      follower.abandon();
      rmSync(rig.folder, { recursive: true });
    }
  }

  /** Some of them by the reader of all depth files, which makes room for more events than these have. */
  async function eventsOf(files: readonly string[]) {
    return runs++ % 20 === 0 ? await eventsIn(files) : eventsOfLines(files, TICK_SIZE);
  }

  async function imported(kind: 'scid' | 'depth', bytes: Buffer) {
    const file = path.join(folder, `ESU5.${kind}`);
    writeFileSync(file, bytes);
    try {
      return await readByImporter(kind, file, { instrument: INSTRUMENT });
    } catch (error) {
      assert.ok(error instanceof BadInput, (error as Error).stack);
      assert.ok(error.message.includes(path.basename(file)));
      return null;
    }
  }

  study('.scid, followed', SCID, async (bytes) => {
    const [found, expected] = [await followed('scid', bytes), ticksBy(bytes, FOLLOWED)];
    if (expected === null) return assert.equal(found, null);
    const ticks = expected === 'short' ? [] : expected.filter(({ size }) => size > 0);
    let lastUs = 0;
    const trades = ticks.map(({ us, ticks, size, side }) => {
      lastUs = Math.max(lastUs, us);
      return { us: lastUs, ticks, size, side };
    });
    assert.deepEqual(found!.trades, trades);
  });

  study('.depth, followed', DEPTH, async (bytes) => {
    const [found, expected] = [await followed('depth', bytes), booksBy(bytes, FOLLOWED)];
    if (expected === null) return assert.equal(found, null);
    const batches = expected === 'short' ? [] : expected.batches;
    // A batch with damage makes the book void by a line of its own: where it leaves nothing, no levels follow.
    const isAny = ({ levels }: OracleBook) => levels.some((side) => side.length > 0);
    assert.deepEqual(changesOf(found!.books.filter(isAny)), changesOf(batches.filter(isAny)));
    assert.deepEqual(found!.endLevels, batches.at(-1)?.levels ?? [[], []]);
  });

  const calendar = { fromUs: Date.UTC(2010, 0, 1) * 1000, beforeUs: Date.UTC(2030, 11, 31) * 1000 };

  study('.scid, imported', SCID, async (bytes) => {
    const [found, expected] = [await imported('scid', bytes), ticksBy(bytes, { ...calendar, priceOf: decimalOf })];
    if (expected === null || expected === 'short') return assert.equal(found, null);
    assert.deepEqual(
      found!.rows.map(({ ts_event, price, size, side }) => ({ us: ts_event, price, size, side })),
      expected.map(({ us, ticks, size, side }) => ({ us, price: ticks, size, side })),
    );
  });

  study('.depth, imported', DEPTH, async (bytes) => {
    const priceOf = (price: number) => (isStored(decimalOf(price)) ? decimalOf(price) + 0 : null);
    const [found, expected] = [await imported('depth', bytes), booksBy(bytes, { ...calendar, priceOf })];
    if (expected === null || expected === 'short') return assert.equal(found, null);
    const books = found!.rows.map((row) => ({
      us: row.ts_event!,
      levels: ['ask', 'bid'].map((side) =>
        Array.from({ length: 10 }, (_, i): [number, number] => [
          row[`${side}_px_0${i}`] ?? Number.NaN,
          row[`${side}_sz_0${i}`] ?? Number.NaN,
        ]).filter(([price]) => !Number.isNaN(price)),
      ),
    }));
    assert.deepEqual(changesOf(books), changesOf(expected.records));
  });
});

/** Up to a million points, and nine decimals. */
function isStored(points: number): boolean {
  const [digits = '', exponent = '0'] = String(Math.abs(points)).split('e');
  const decimals = (digits.split('.')[1] ?? '').length - Number(exponent);
  return Math.abs(points) < 1e6 && decimals <= 9;
}
