import { BarSizeSetting, type Contract, EventName, WhatToShow } from '@stoqey/ib';
import { BAR_MS, type Bar } from '../../shared/market/events/bar.js';
import type { GatewaySession } from '../connection/session.js';

/**
 * Closed five-minute bars of the last days, oldest first, for the head that sees bars: it is warm from the first
 * minute on. An empty list where the gateway has none; a bridge without history still trades its other heads.
 */
export function bootstrapBars(
  session: GatewaySession,
  contract: Contract,
  days: number,
  nowMarketMs: number,
  timeoutMs: number,
): Promise<Bar[]> {
  const requestId = session.requestId();
  const { ib } = session;
  const bars: Bar[] = [];
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      ib.off(EventName.historicalData, onBar);
      ib.off(EventName.error, onError);
      resolve(bars.filter((bar) => bar.openMs + BAR_MS <= nowMarketMs).sort((a, b) => a.openMs - b.openMs));
    };
    const onBar = (
      id: number,
      date: string,
      open: number,
      high: number,
      low: number,
      close: number,
      volume: number,
    ) => {
      if (id !== requestId) return;
      if (date.startsWith('finished')) finish();
      else bars.push({ openMs: Number(date) * 1000, open, high, low, close, volume: volume < 0 ? Number.NaN : volume });
    };
    const onError = (_error: Error, _code: number, id: number) => {
      if (id === requestId) finish();
    };
    const timer = setTimeout(finish, timeoutMs);
    ib.on(EventName.historicalData, onBar);
    ib.on(EventName.error, onError);
    session.closed.then(finish);
    session.send('request', () =>
      ib.reqHistoricalData(
        requestId,
        contract,
        '',
        `${days} D`,
        BarSizeSetting.MINUTES_FIVE,
        WhatToShow.TRADES,
        false,
        2,
        false,
      ),
    );
  });
}
