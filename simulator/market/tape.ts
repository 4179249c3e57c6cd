import { createReadStream, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { createEventBatch, type EventBatch, EventKind, Side } from '../../shared/events/event-batch.js';
import { BadInput } from '../../shared/failure.js';

/** Where a market's events come from. `open` may be called again to play them once more. */
export interface Tape {
  readonly instrument: string;
  readonly tickSize: number;
  readonly levels: number;
  /** True where the header says that the data is made up; passed on wherever the tape is named. */
  readonly synthetic: boolean;
  /** Time of the first event, nanoseconds since the epoch. */
  readonly firstNs: bigint;
  open(): AsyncIterable<EventBatch>;
}

const BATCH_EVENTS = 4096;

/** The tape of one dom_ib.jsonl file (plain or .gz), or of a folder of them in the order of their names. */
export async function openTape(dataPath: string): Promise<Tape> {
  const files = filesOf(dataPath);
  const first = await readHeader(files[0]!);
  return {
    ...first,
    async *open() {
      for (const file of files) yield* readEvents(file, first.tickSize);
    },
  };
}

function filesOf(dataPath: string): string[] {
  const stat = statSync(dataPath, { throwIfNoEntry: false });
  if (!stat) throw new BadInput(dataPath, undefined, 'there is no such file', 'name a dom_ib .jsonl or .jsonl.gz file');
  if (!stat.isDirectory()) return [dataPath];
  const files = readdirSync(dataPath)
    .filter((name) => /^dom_ib.*\.jsonl(\.gz)?$/.test(name))
    .sort()
    .map((name) => path.join(dataPath, name));
  if (files.length === 0) throw new BadInput(dataPath, undefined, 'the folder holds no dom_ib*.jsonl file');
  return files;
}

async function* lines(file: string): AsyncIterable<Record<string, unknown>> {
  const raw = createReadStream(file);
  const input = file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
  let number = 0;
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number++;
    if (line === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      throw new BadInput(file, `line ${number}`, 'is not JSON');
    }
    yield value as Record<string, unknown>;
  }
}

async function readHeader(file: string) {
  let header: Record<string, unknown> | undefined;
  for await (const line of lines(file)) {
    if (!header) header = line;
    else if (header.kind !== 'header') throw new BadInput(file, 'line 1', 'is not a header');
    else
      return {
        instrument: String(header.instrument),
        tickSize: Number(header.tickSize),
        levels: Number(header.levels ?? 10),
        synthetic: header.synthetic === true || header.source === 'synthetic',
        firstNs: BigInt(String(line.ts)),
      };
  }
  throw new BadInput(file, undefined, 'holds no events');
}

async function* readEvents(file: string, tickSize: number): AsyncIterable<EventBatch> {
  let batch: EventBatch | undefined;
  let seq = 0;
  for await (const line of lines(file)) {
    if (line.kind === 'header') continue;
    const ns = BigInt(String(line.ts));
    batch ??= createEventBatch('', tickSize, ns, BATCH_EVENTS);
    const at = batch.length++;
    batch.tsRecvNs[at] = Number(ns - batch.baseNs);
    batch.seq[at] = ++seq;
    batch.kind[at] = EventKind[line.kind as keyof typeof EventKind];
    batch.operation[at] = Number(line.op ?? 0);
    batch.side[at] = line.kind === 'trade' ? aggressor(line.aggressor) : Number(line.side ?? 0);
    batch.position[at] = Number(line.position ?? 0);
    batch.priceTicks[at] = Math.round(Number(line.price ?? 0) / tickSize);
    batch.size[at] = Number(line.size ?? 0);
    batch.last[at] = line.last === false ? 0 : 1;
    if (batch.length === BATCH_EVENTS) {
      yield batch;
      batch = undefined;
    }
  }
  if (batch) yield batch;
}

function aggressor(value: unknown): number {
  return value === 'buy' ? Side.bid : value === 'sell' ? Side.ask : Side.none;
}
