import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { dateText } from '../../research/gate/wording.js';
import { generateMarket } from '../../research/generator/generate-market.js';
import { barsByDate, barTape } from '../../research/replay/bar-tape.js';
import { writeTape } from '../../research/replay/write-tape.js';
import type { Config } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { BadInput, UsageFailure } from '../../shared/failure.js';
import { calendarOfInstrument } from '../../shared/market/calendar/product-calendars.js';
import type { DepthHeader } from '../../shared/market/events/depth-header.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { readBarsFile } from '../../shared/node/files/bars-csv.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';
import { tradeDateAfter } from './shared-clock.js';

/** What a stack runs on: settings whose input is files that exist, and what the gateway simulator plays. */
export interface MarketInput {
  readonly config: Config;
  readonly gatewayData: string;
  /** The first trade date after the last one of the input. */
  readonly dayAfter: string;
  /** Generated data: said wherever a number is shown. */
  readonly synthetic: boolean;
}

/** Makes the SYNTHETIC market where it is asked for, or looks at the files given. @throws BadInput */
export async function prepareInput(config: Config, progress: (line: string) => void): Promise<MarketInput> {
  const { input } = config;
  if (input.kind === 'store')
    throw new UsageFailure(
      'input.kind store is for a broker and research of their own: here the simulator needs something to play',
      'leave input.kind out or give files; a ship of captured days: believe ship start --captured',
    );
  return input.kind === 'synthetic' ? await syntheticInput(config, input, progress) : await fileInput(config, input);
}

async function syntheticInput(
  config: Config,
  input: Extract<Config['input'], { kind: 'synthetic' }>,
  progress: (line: string) => void,
): Promise<MarketInput> {
  const { seed, firstTradeDate, days, minutesPerDay, barDays, signalStrength } = input;
  const folder = path.join(
    config.home,
    'research',
    'input',
    `synthetic-${seed}-${firstTradeDate}-${days}x${minutesPerDay}-${signalStrength}`,
  );
  const market = {
    instrument: config.instrument,
    firstTradeDate,
    days,
    minutesPerDay,
    barDays,
    signalStrength,
  };
  const onProgress = ({ daysDone, days: of }: { daysDone: number; days: number }) =>
    progress(`SYNTHETIC market: day ${daysDone} of ${of}`);
  const made = await onceInto(folder, () => generateMarket({ ...market, seed, folder, onProgress }));
  const dayAfter = tradeDateAfter(made.lastTradeDate);
  // What the gateway plays is a day that no head was trained on.
  const liveFolder = path.join(homePlaces(config.home).gateway.folder, path.basename(folder));
  const live = await onceInto(liveFolder, () =>
    generateMarket({ ...market, seed: seed + 1, folder: liveFolder, firstTradeDate: dayAfter, days: 1, barDays: 2 }),
  );
  return {
    config: {
      ...config,
      input: { kind: 'files', depth: [...made.depthFiles], bars: [made.barsFile], synthetic: true },
    },
    gatewayData: live.depthFiles[0]!,
    dayAfter,
    synthetic: true,
  };
}

interface MadeMarket {
  readonly depthFiles: readonly string[];
  readonly barsFile: string;
  readonly lastTradeDate: string;
}

/** Generated once for each folder: the note that it is complete is written last. */
async function onceInto(folder: string, make: () => Promise<MadeMarket>): Promise<MadeMarket> {
  const note = path.join(folder, 'market.json');
  if (existsSync(note)) return hereNow(folder, JSON.parse(readFileSync(note, 'utf8')) as MadeMarket);
  const { depthFiles, barsFile, lastTradeDate } = await make();
  const made = { depthFiles, barsFile, lastTradeDate };
  replaceFile(note, `${JSON.stringify(made)}\n`);
  return made;
}

/** The note says where its files were when they were made: the home may have been moved, or restored elsewhere. */
function hereNow(folder: string, { depthFiles, barsFile, lastTradeDate }: MadeMarket): MadeMarket {
  const here = (file: string) => path.join(folder, path.basename(file));
  return { depthFiles: depthFiles.map(here), barsFile: here(barsFile), lastTradeDate };
}

async function fileInput(config: Config, input: Extract<Config['input'], { kind: 'files' }>): Promise<MarketInput> {
  const files = {
    kind: 'files' as const,
    depth: input.depth.map((file) => path.resolve(file)),
    bars: input.bars.map((file) => path.resolve(file)),
    synthetic: input.synthetic,
  };
  for (const file of [...files.depth, ...files.bars]) {
    if (!existsSync(file))
      throw new BadInput(file, undefined, 'there is no such file', 'give the path of a file that exists');
  }
  if (files.depth.length === 0) return await barsInput(config, files);
  const { header, tradeDate } = await lookInto(files.depth.at(-1)!);
  const { instrument } = header;
  return {
    config: {
      ...config,
      input: { ...files, synthetic: header.synthetic ?? input.synthetic },
      instrument: {
        ...config.instrument,
        localSymbol: instrument,
        symbol: instrument.replace(/[FGHJKMNQUVXZ]\d{1,2}$/, ''),
        exchange: header.exchange ?? config.instrument.exchange,
        tickSize: header.tickSize,
        multiplier: header.multiplier ?? config.instrument.multiplier,
      },
    },
    gatewayData: files.depth[0]!,
    dayAfter: tradeDateAfter(tradeDate),
    synthetic: header.synthetic ?? false,
  };
}

/** There is no book: the simulator plays the last trade date's bars as a tape, whose book is made up, and labelled so. */
async function barsInput(config: Config, files: Extract<Config['input'], { kind: 'files' }>): Promise<MarketInput> {
  const { instrument } = config;
  const [last] = files.bars.slice(-1);
  if (last === undefined)
    throw new UsageFailure('there are no market data', 'give --data FILE..., --bars FILE..., or neither');
  const byDate = barsByDate(instrument.localSymbol, (await readBarsFile(last)).bars);
  const { rthSessionOf } = calendarOfInstrument(instrument.localSymbol);
  const date = [...byDate.keys()].findLast((one) => rthSessionOf(dateText(one)) !== null);
  if (date === undefined)
    throw new BadInput(last, undefined, 'holds no trade date with regular hours', 'give more bars');
  const tradeDate = dateText(date);
  const gatewayData = path.join(
    homePlaces(config.home).gateway.folder,
    `tape-${instrument.localSymbol}-${tradeDate}.jsonl`,
  );
  const { tickSize, multiplier, localSymbol } = instrument;
  await writeTape(
    gatewayData,
    instrument.exchange,
    barTape({ instrument: localSymbol, tradeDate, bars: byDate.get(date)!, tickSize, multiplier }),
  );
  return {
    config: { ...config, input: files },
    gatewayData,
    dayAfter: tradeDateAfter(tradeDate),
    synthetic: files.synthetic,
  };
}

/** Header and trade date of a depth file. @throws BadInput when it holds no event */
async function lookInto(file: string): Promise<{ header: DepthHeader; tradeDate: string }> {
  const { header, batches } = await openDepthFile(file, { batchEvents: 256 });
  for await (const batch of batches()) {
    const firstMs = Number((batch.baseNs + BigInt(batch.tsRecvNs[0] ?? 0)) / 1_000_000n);
    return { header, tradeDate: header.tradeDate ?? calendarOfInstrument(header.instrument).tradeDateOf(firstMs) };
  }
  throw new BadInput(file, undefined, 'holds no market event', 'give a depth file with at least one event');
}
