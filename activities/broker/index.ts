import path from 'node:path';
import { readClockSpec } from '../../shared/clock/clock-spec-file.js';
import { createMarketClock, type MarketClock } from '../../shared/clock/market-clock.js';
import { Failure } from '../../shared/failure.js';
import { acceptRelease } from '../../shared/release/accept-release.js';
import type { ReleaseProduct } from '../../shared/release/product.js';
import { pullRelease } from '../../shared/transfer/pull-release.js';
import { asked } from '../asked.js';
import { step } from '../step.js';
import { armAsk, disarmAsk, haltAsk, observeAsk, releaseAsk } from './asks.js';
import type { BrokerActivities } from './contract.js';
import { nextOpen } from './next-open.js';
import { observeRelease } from './observe-release.js';
import { armSwap, awaitSwap, disarmSwap } from './swap-handover.js';
import { haltTrading } from './trading-control.js';

export interface BrokerDependencies {
  /** `broker/` of the home folder, shared with the bridge. */
  readonly brokerFolder: string;
  readonly clockFile: string;
  /** What the bridge of this home trades. */
  readonly product: ReleaseProduct;
  readonly rsync: {
    readonly path: string;
    readonly host: string;
    readonly port: number;
    readonly bwlimitKiBps: number | null;
  };
}

/** The broker's steps. It reaches the bridge through files only, and every connection is its own. */
export function createBrokerActivities({
  brokerFolder,
  clockFile,
  product,
  rsync,
}: BrokerDependencies): BrokerActivities {
  const incomingFolder = path.join(brokerFolder, 'incoming');
  const clock = () => sharedClock(clockFile);
  return {
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
    armSwap: (ask) => step(async () => armSwap(brokerFolder, asked(armAsk, ask))),
    awaitSwap: (ask) => step(async (context) => awaitSwap(brokerFolder, asked(releaseAsk, ask), context)),
    disarmSwap: (ask) => step(async () => disarmSwap(brokerFolder, asked(disarmAsk, ask).shipId)),
    observeRelease: (ask) =>
      step(async (context) => observeRelease(brokerFolder, clock(), asked(observeAsk, ask), context)),
    haltTrading: (ask) =>
      step(async () => {
        const { shipId, reason } = asked(haltAsk, ask);
        haltTrading(brokerFolder, shipId, reason);
      }),
  };
}

/** Read at each use: the supervisor writes it before it starts the workers, and a new home has a new one. */
function sharedClock(clockFile: string): MarketClock {
  const spec = readClockSpec(clockFile);
  if (spec === null) {
    throw new Failure('NoClock', `there is no market clock at ${clockFile}`, 'start the stack with `believe up`');
  }
  return createMarketClock(spec);
}
