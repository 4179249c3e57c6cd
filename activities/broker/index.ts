import path from 'node:path';
import { acceptRelease, takeRevocations } from '../../broker/accept-release.js';
import { pullRelease, pullRevocations } from '../../broker/pull/pull-release.js';
import type { RsyncReach } from '../../broker/rsync/module-access.js';
import type { UploadConfig } from '../../shared/config/upload.js';
import { calendarOf } from '../../shared/market/calendar/product-calendars.js';
import { TradeDateHours } from '../../shared/market/clock/trade-date-hours.js';
import { sharedClock } from '../../shared/node/shared-clock.js';
import { readTrustedRoot } from '../../shared/node/trust/trust-store.js';
import { asked } from '../../shared/orchestration/asked.js';
import type { ReleaseProduct } from '../../shared/trust/product.js';
import { step } from '../step.js';
import { armAsk, disarmAsk, haltAsk, observeAsk, releaseAsk } from './asks.js';
import type { BrokerActivities } from './contract.js';
import { nextOpen } from './next-open.js';
import { observeRelease } from './observe-release.js';
import type { BrokerPathActivities } from './path-contract.js';
import { createPathSteps } from './path-steps.js';
import type { SecondCapture } from './second-capture.js';
import { sightingOf } from './sighting.js';
import { armSwap, awaitSwap, disarmSwap, tradingSwap } from './swap-handover.js';
import { traceparentNow } from './traceparent.js';
import { haltTrading, keepObservation } from './trading-control.js';
import { rsyncTransport } from './transport.js';

export interface BrokerDependencies {
  /** `broker/` of the home folder, shared with the bridge. */
  readonly brokerFolder: string;
  readonly clockFile: string;
  /** What the bridge of this home trades, and which contract of it. */
  readonly product: ReleaseProduct;
  readonly instrument: () => string;
  readonly upload: UploadConfig;
  readonly second?: SecondCapture | undefined;
  /** Volume decides when the contract is rolled. */
  readonly rollsByVolume?: boolean | undefined;
  readonly rsync: RsyncReach;
}

/** The broker's steps. It reaches the bridge through files only, and every connection is its own. */
export function createBrokerActivities({
  brokerFolder,
  clockFile,
  product,
  instrument,
  upload,
  second,
  rollsByVolume = false,
  rsync,
}: BrokerDependencies): BrokerActivities & BrokerPathActivities {
  const incomingFolder = path.join(brokerFolder, 'incoming');
  const clock = () => sharedClock(clockFile);
  const hours = new TradeDateHours(product.symbol, clock);
  const transport = rsyncTransport(brokerFolder, rsync, upload);
  return {
    ...createPathSteps({
      brokerFolder,
      instrument,
      upload,
      second,
      hours,
      tradeDateNow: () => hours.tradeDateNow(),
      transport,
      volumes: rollsByVolume ? calendarOf(product.symbol) : undefined,
    }),
    pullRelease: (ask) =>
      step(async (context) => {
        const release = asked(releaseAsk, ask);
        return pullRelease({ rsync, incomingFolder, brokerFolder, release, ...context });
      }),
    verifyRelease: (ask) =>
      step(async () => {
        const { shipId, tarball, envelope, modelVersion, counter, payloadSha256 } = asked(releaseAsk, ask);
        const expected = { shipId, modelVersion, counter, payloadSha256, product };
        const accepted = await acceptRelease({
          brokerFolder,
          incomingFolder,
          tarball,
          envelope,
          nowMs: Date.now(),
          expected,
        });
        return { files: accepted.files.size, keyIds: accepted.keyIds };
      }),
    nextRthOpen: () => step(async () => nextOpen(clock(), Date.now())),
    armSwap: (ask) =>
      step(async () => {
        const swap = asked(armAsk, ask);
        await armSwap({ brokerFolder, product, nowMarketMs: clock().nowMs() }, swap, traceparentNow());
      }),
    awaitSwap: (ask) =>
      step(async (context) => {
        const swap = await awaitSwap(brokerFolder, asked(releaseAsk, ask), context);
        return { ...swap, ...sightingOf(brokerFolder, swap, null) };
      }),
    disarmSwap: (ask) =>
      step(async () => {
        const swap = await disarmSwap(brokerFolder, asked(disarmAsk, ask).shipId);
        return { swappedPayloadSha256: swap?.payloadSha256 ?? null, ...sightingOf(brokerFolder, swap, null) };
      }),
    observeRelease: (ask) =>
      step(async (context) => {
        const watch = asked(observeAsk, ask);
        const swap = tradingSwap(brokerFolder, watch.payloadSha256);
        const observation = await observeRelease(brokerFolder, clock(), watch, context);
        keepObservation(brokerFolder, swap.payloadSha256, observation);
        return { ...observation, ...sightingOf(brokerFolder, swap, observation) };
      }),
    pullRevocations: () =>
      step(async (context) => {
        await pullRevocations({ rsync, incomingFolder, brokerFolder, ...context });
        return {
          revoked: takeRevocations(brokerFolder, incomingFolder, readTrustedRoot(path.join(brokerFolder, 'trust'))),
        };
      }),
    haltTrading: (ask) =>
      step(async () => {
        const { shipId, reason } = asked(haltAsk, ask);
        haltTrading(brokerFolder, shipId, reason);
      }),
  };
}
