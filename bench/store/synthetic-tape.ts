import { createReadStream, existsSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { generateMarket } from '../../research/generator/generate-market.js';
import { LineFile } from '../../research/generator/line-file.js';
import { cacheFolder } from '../../setup/cache-folder.mjs';
import { instrumentConfig } from '../../shared/config/market.js';
import { formatBreakLine, formatEventLine, formatHeaderLine } from '../../shared/market/events/depth-line.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';

const SEED = 20_140_102;
const DAYS = 24;
const MINUTES_PER_DAY = 180;

/** One SYNTHETIC dom_ib.jsonl file of more than five million events; made once and kept in the cache folder. */
export async function syntheticTape(log: (line: string) => void): Promise<string> {
  const folder = path.join(cacheFolder(), 'bench');
  const file = path.join(folder, `dom_ib-SYNTHETIC-${SEED}-${DAYS}x${MINUTES_PER_DAY}.jsonl`);
  if (!existsSync(file)) {
    log(`making ${path.basename(file)} (once)`);
    await makeTape(file, path.join(folder, `days-${process.pid}`));
  }
  log(`tape: ${path.basename(file)}, ${(statSync(file).size / 1e6).toFixed(0)} MB`);
  await readThrough(file);
  return file;
}

/** Whoever reads it first would otherwise wait for the disk, and all others find it in memory. */
async function readThrough(file: string): Promise<void> {
  for await (const _ of createReadStream(file, { highWaterMark: 1 << 20 }));
}

async function makeTape(file: string, folder: string): Promise<void> {
  try {
    const { depthFiles } = await generateMarket({
      seed: SEED,
      folder,
      instrument: instrumentConfig.parse({}),
      firstTradeDate: '2014-01-02',
      days: DAYS,
      minutesPerDay: MINUTES_PER_DAY,
      barDays: DAYS,
      signalStrength: 1,
    });
    await joinDays(depthFiles, file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The days one after the other, numbered through; a reset stands where a day begins with a new book. */
async function joinDays(days: readonly string[], file: string): Promise<void> {
  const lines = new LineFile(file);
  try {
    let seq = 0;
    for (const [index, day] of days.entries()) {
      const opened = await openDepthFile(day);
      const { tradeDate: _, ...header } = opened.header;
      if (index === 0) lines.write(formatHeaderLine(header));
      let isFirst = index > 0;
      for await (const batch of opened.batches())
        for (let i = 0; i < batch.length; i++) {
          if (isFirst)
            lines.write(formatBreakLine('reset', batch.baseNs + BigInt(batch.tsRecvNs[i]!), ++seq, 'new day'));
          isFirst = false;
          batch.seq[i] = ++seq;
          lines.write(formatEventLine(batch, i, opened.scale));
        }
    }
    lines.finish();
  } catch (error) {
    lines.discard();
    throw error;
  }
}
