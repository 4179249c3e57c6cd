import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { followOnce } from '../broker/follow/follow-once.js';
import { SymbolFollower } from '../broker/follow/symbol-follower.js';
import { pythonWith } from '../setup/python-environment.js';
import { SCID } from '../shared/market/sierra/sierra-file.js';
import { seededRandom } from '../shared/random.js';
import { type BenchResult, median } from './bench-result.js';
import { digestOf } from './sierra/event-digest.js';
import { depthIn, followOptions, scidIn, segmentsIn, writeFiles } from './sierra/follow-bench-files.js';

const run = promisify(execFile);
const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const RECORDS = Number(process.env.BELIEVE_BENCH_RECORDS ?? 5_000_000);
const ROUNDS = 3;
/** Nothing is let go before the other file has it: the pieces are no market. */
const PATIENT_MS = 1e12;
/** Of the trades: they come after the file was cut off and written anew. */
const LATE_SHARE = 0.02;

type Log = (line: string) => void;

/**
 * A `.scid` and a `.depth` of five million records each: following them at once against numpy, which reads the same bytes; and
 * the same events where another process writes the files in pieces, the follower is ended and started, and at the end both files
 * are cut off and written anew.
 */
export async function benchFollow(log: Log): Promise<BenchResult[]> {
  const work = mkdtempSync(path.join(tmpdir(), 'believe-bench-follow-'));
  try {
    const data = path.join(work, 'data');
    writeFiles(data, RECORDS);
    const results = await benchOnePass(work, data, log);
    await requireSameEvents(work, data, log);
    return results;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function benchOnePass(work: string, data: string, log: Log): Promise<BenchResult[]> {
  const python = await pythonWith(here('./peers/sierra_peer.requirements.txt'));
  const bytes = statSync(scidIn(data)).size + statSync(depthIn(data)).size;
  const [ours, peer]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    const into = path.join(work, 'once');
    rmSync(into, { recursive: true, force: true });
    const { stdout } = await run(process.execPath, [here('./sierra/follow-once-process.js'), data, into]);
    const { seconds, peakMb } = JSON.parse(stdout) as { seconds: number; peakMb: number };
    ours.push(seconds);
    const words = [here('./peers/sierra_peer.py'), scidIn(data), depthIn(data), String(RECORDS)];
    peer.push(Number((await run(python, words)).stdout));
    log(
      `one pass ${round + 1}/${ROUNDS}: ours ${seconds.toFixed(1)} s, peak ${peakMb.toFixed(0)} MB; numpy ${peer.at(-1)!.toFixed(2)} s`,
    );
  }
  const [a, b] = [median(ours), median(peer)];
  const result = (amount: number, unit: string) => ({
    ...{ job: 'follow: two files into segments', ours: amount / a, peer: amount / b, unit, ratio: b / a },
    ...{ peerName: 'numpy.fromfile and the sum of a column', aim: '>= 0.05: numpy keeps no book and writes nothing' },
  });
  return [result((2 * RECORDS) / 1e6, 'million records/s'), result(bytes / 1e6, 'MB/s')];
}

async function requireSameEvents(work: string, data: string, log: Log): Promise<void> {
  const whole = await digestOf(segmentsIn(path.join(work, 'once')));
  rmSync(path.join(work, 'once'), { recursive: true });
  const [grown, into] = [path.join(work, 'grown'), path.join(work, 'pieces')];
  mkdirSync(path.join(grown, 'MarketDepthData'), { recursive: true });
  const late = holdBack(data, Math.floor(RECORDS * LATE_SHARE));
  const restarts = await followWriter(data, grown, into, log);
  await cutAndWriteAnew(grown, into, late);
  const { faults } = await followOnce(followOptions(grown, into, 0));
  const pieces = await digestOf(segmentsIn(into));
  log(
    `${pieces.trades} trades and ${pieces.books} states of the book, ${restarts} restarts, ${faults} records that were none`,
  );
  for (const key of ['trades', 'books', 'digest'] as const)
    if (pieces[key] !== whole[key])
      throw new RangeError(`${key} differ: ${pieces[key]} in pieces, ${whole[key]} at once`);
  log('events that differ from those of one pass: 0');
}

/** Takes the last trades out of the file. @returns their bytes */
function holdBack(data: string, records: number): Buffer {
  const { size } = statSync(scidIn(data));
  const from = size - records * SCID.recordBytes;
  const bytes = Buffer.alloc(size - from);
  const descriptor = openSync(scidIn(data), 'r');
  readSync(descriptor, bytes, 0, bytes.length, from);
  closeSync(descriptor);
  truncateSync(scidIn(data), from);
  return bytes;
}

class Ended extends Error {}

/** @returns how often it was ended and started, in the middle of a look or between two */
async function followWriter(data: string, grown: string, into: string, log: Log): Promise<number> {
  const random = seededRandom(1);
  const options = followOptions(grown, into, PATIENT_MS);
  const writer = spawn(process.execPath, [here('./sierra/piece-writer.js'), data, grown, '1', '600', '100']);
  const ended = once(writer, 'exit');
  let [isWritten, restarts] = [false, 0];
  void ended.then(() => {
    isWritten = true;
  });
  let follower = new SymbolFollower(options, Date.now);
  while (!isWritten) {
    const isEnded = await follower
      .look(async () => {
        await pause(1);
        if (random() < 0.2) throw new Ended();
      })
      .then(() => random() < 0.1)
      .catch((error: unknown) => {
        if (error instanceof Ended) return true;
        throw error;
      });
    if (isEnded) {
      follower.abandon();
      follower = new SymbolFollower(options, Date.now);
      restarts++;
    }
    await pause(50);
  }
  await follower.look(async () => {});
  follower.abandon();
  log(`the writer ended with ${(await ended)[0]}`);
  return restarts;
}

/** Cut off, then whole again: the trades followed before have other microseconds, and more come. */
async function cutAndWriteAnew(grown: string, into: string, late: Buffer): Promise<void> {
  const options = followOptions(grown, into, PATIENT_MS);
  const [scid, depth] = [readFileSync(scidIn(grown)), readFileSync(depthIn(grown))];
  const follower = new SymbolFollower(options, Date.now);
  truncateSync(scidIn(grown), Math.floor(scid.length * 0.6));
  truncateSync(depthIn(grown), Math.floor(depth.length * 0.3));
  await follower.look(async () => {});
  follower.abandon();
  for (let at = SCID.headerBytes; at < scid.length; at += SCID.recordBytes) scid.writeUInt8((scid[at]! ^ 1) & 0xff, at);
  depth.writeUInt32LE(1, depth.length - 4);
  depth.writeUInt32LE(1, 64 + 20);
  const descriptor = openSync(scidIn(grown), 'w');
  for (const bytes of [scid, late]) writeSync(descriptor, bytes);
  closeSync(descriptor);
  writeFileSync(depthIn(grown), depth);
}
