import { sleep } from '@temporalio/workflow';
import type { Observation, ReleaseToLoad } from '../../activities/broker/contract.js';
import type { SignedRelease } from '../../activities/research/contract.js';
import { broker, brokerOnce, researchOnce } from '../steps/activities.js';
import { finalFailure } from '../steps/refusal.js';
import { settle } from '../steps/settle.js';
import type { ShipLog } from './ship-log.js';

export interface Delivery {
  /** At the next RTH open; a rollback does not wait for it. */
  readonly atOpen: boolean;
  readonly observeMarketSeconds: number;
}

/** Push, verify on the broker, wait for the RTH open, swap, observe. Irreversible steps are settled, never repeated blindly. */
export async function deliver(log: ShipLog, release: SignedRelease, delivery: Delivery): Promise<Observation> {
  const { shipId } = log;
  const name = `believe-v${release.modelVersion}`;
  const toLoad: ReleaseToLoad = {
    shipId,
    modelVersion: release.modelVersion,
    counter: release.counter,
    payloadSha256: release.payloadSha256,
    tarball: `${name}.tar.gz`,
    envelope: `${name}.dsse.json`,
  };
  log.enter('Pushing');
  await settle(
    () => researchOnce.publishRelease.executeWithOptions({ summary: `publish ${name}` }, [{ shipId, release }]),
    async () => null,
  );
  log.isAtBroker = true;
  await broker.pullRelease.executeWithOptions({ summary: `broker pulls ${name}` }, [toLoad]);

  log.enter('Verifying');
  await broker.verifyRelease.executeWithOptions({ summary: `broker verifies ${name}` }, [toLoad]);

  log.enter('AwaitingOpen');
  const open = await broker.nextRthOpen();
  const notBeforeMarketMs = delivery.atOpen ? open.rthOpenMarketMs : 0;
  log.awaiting(delivery.atOpen ? open : null);
  log.arming();
  await settle(
    () =>
      brokerOnce.armSwap.executeWithOptions({ summary: `arm ${name} for ${delivery.atOpen ? open.rthOpen : 'now'}` }, [
        { ...toLoad, notBeforeMarketMs },
      ]),
    async () => null,
  );
  if (delivery.atOpen) await sleep(open.waitMs, { summary: `RTH open ${open.rthOpen}` });

  log.enter('Swapping');
  const swap = await broker.awaitSwap.executeWithOptions({ summary: `the bridge swaps to ${name}` }, [toLoad]);
  log.swapped(swap);
  if (swap.outcome === 'refused') {
    throw finalFailure('ReleaseRefused', `the bridge kept the old heads: ${swap.reason ?? 'no reason given'}`);
  }
  log.enter('Observing');
  return await broker.observeRelease.executeWithOptions({ summary: `watch ${name} trade` }, [
    { ...toLoad, marketSeconds: delivery.observeMarketSeconds },
  ]);
}
