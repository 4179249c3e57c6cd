import { fileURLToPath } from 'node:url';

/** The sample folder beside the repository, seen from dist/test/market. */
const DATA = new URL('../../../../shared/data/', import.meta.url);
const dataFile = (name: string) => fileURLToPath(new URL(name, DATA));

/** Real files of every kind that can be imported. */
export const REAL_FILES = {
  es: dataFile('es-depth/ESU9-20190829.depth.jsonl.gz'),
  mbo: dataFile('databento/esm4-mbo-2024-05-08T00-00-00_2s.dbn.zst'),
  mbp1: dataFile('databento/esu4-futures_mbp-1_2024-07-01T23-58_2024-07-02T00-02.dbn.zst'),
  trades: dataFile('databento/esu4-futures_trades_2024-07-01T23-58_2024-07-02T00-02.dbn.zst'),
  ohlcv: dataFile('databento/esu4-futures_ohlcv-1m_2024-07-01T23-40_2024-07-02T00-10.dbn.zst'),
  definition: dataFile('databento/definition-glbx-es-fut.dbn.zst'),
  scid: dataFile('sierra/ESH23-10-ticks.scid'),
  sierraDepth: dataFile('sierra/ESU25-20250812-derived.depth'),
  gc: dataFile('gc-trades/20131007_trade.zip'),
  nq: dataFile('bars/NQ-5m-20241202-20250929.csv.gz'),
  cl: dataFile('bars/CL-5m-20231015-20250929.csv.gz'),
  euro: dataFile('bars/6EH4.XCME_1min_bars_20240101_20240131.csv.gz'),
  spot: dataFile('binance/spot_btcusdt_20240808.gz'),
  usdm: dataFile('binance/usdm_btcusdt_20240808.gz'),
} as const;
