import path from 'node:path';
import { readClockSpec } from '../../shared/clock/clock-spec-file.js';
import { createMarketClock, type MarketClock } from '../../shared/clock/market-clock.js';
import { Failure } from '../../shared/failure.js';
import { acceptRelease } from '../../shared/release/accept-release.js';
import type { ReleaseProduct } from '../../shared/release/product.js';
import { pullRelease } from '../../shared/transfer/pull-release.js';
import { step } from '../step.js';
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
    pullRelease: (release) =>
      step((context) => pullRelease({ rsync, incomingFolder, brokerFolder, release, ...context })),
    verifyRelease: ({ shipId, tarball, envelope, modelVersion, counter, payloadSha256 }) =>
      step(async () => {
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
    armSwap: (ask) => step(async () => armSwap(brokerFolder, ask)),
    awaitSwap: (ask) => step((context) => awaitSwap(brokerFolder, ask, context)),
    disarmSwap: ({ shipId }) => step(() => disarmSwap(brokerFolder, shipId)),
    observeRelease: (ask) => step((context) => observeRelease(brokerFolder, clock(), ask, context)),
    haltTrading: ({ shipId, reason }) => step(async () => haltTrading(brokerFolder, shipId, reason)),
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
