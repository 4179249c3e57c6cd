import { type Config, isSyntheticMarket } from '../../shared/config/config.js';
import type { CaptureOptions } from './capture-writer.js';

const MIB = 2 ** 20;

/** What the configuration says of capture files: their headers, and when one is closed. */
export function captureSettings(config: Config): Pick<CaptureOptions, 'header' | 'limits'> {
  const { instrument, bridge } = config;
  return {
    header: {
      ...{ kind: 'header', v: 1, source: 'ib', instrument: instrument.localSymbol, exchange: instrument.exchange },
      ...{ tickSize: instrument.tickSize, multiplier: instrument.multiplier, levels: bridge.depthLevels },
      ...(isSyntheticMarket(config) ? { synthetic: true } : {}),
    },
    limits: {
      sizeBytesMax: bridge.segmentMiBMax * MIB,
      ageMsMax: bridge.segmentMinutesMax * 60_000,
      pendingBytesMax: bridge.captureBacklogMiBMax * MIB,
    },
  };
}
