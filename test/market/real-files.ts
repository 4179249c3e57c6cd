import { sampleFile } from '../../setup/sample-data.js';

/** Real files of every kind that can be imported. */
export const REAL_FILES = {
  es: sampleFile('es-depth/ESU9-20190829.depth.jsonl.gz'),
  mbo: sampleFile('databento/esm4-mbo-2024-05-08T00-00-00_2s.dbn.zst'),
  mbp1: sampleFile('databento/esu4-futures_mbp-1_2024-07-01T23-58_2024-07-02T00-02.dbn.zst'),
  trades: sampleFile('databento/esu4-futures_trades_2024-07-01T23-58_2024-07-02T00-02.dbn.zst'),
  ohlcv: sampleFile('databento/esu4-futures_ohlcv-1m_2024-07-01T23-40_2024-07-02T00-10.dbn.zst'),
  definition: sampleFile('databento/definition-glbx-es-fut.dbn.zst'),
  scid: sampleFile('sierra/ESH23-10-ticks.scid'),
  sierraDepth: sampleFile('sierra/ESU25-20250812-derived.depth'),
  gc: sampleFile('gc-trades/20131007_trade.zip'),
  nq: sampleFile('bars/NQ-5m-20241202-20250929.csv.gz'),
  cl: sampleFile('bars/CL-5m-20231015-20250929.csv.gz'),
  euro: sampleFile('bars/6EH4.XCME_1min_bars_20240101_20240131.csv.gz'),
  spot: sampleFile('binance/spot_btcusdt_20240808.gz'),
  usdm: sampleFile('binance/usdm_btcusdt_20240808.gz'),
} as const;
