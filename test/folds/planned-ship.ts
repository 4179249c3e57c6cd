import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { GatePlan, SamplesSummary } from '../../activities/research/contract.js';
import { foldCodeOf } from '../../activities/research/fold-code.js';
import type { FoldActivities } from '../../activities/research/fold-contract.js';
import { createFoldActivities, onFoldHost } from '../../activities/research/fold-steps.js';
import { createResearchActivities } from '../../activities/research/index.js';
import type { barsMarket } from '../../bench/folds/research-home.js';
import { foldPeers } from '../../research/evidence/measuring-keys.js';
import { ShipFolder } from '../../research/ship/ship-folder.js';
import { type Config, configSchema } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';
import type { S3Config } from '../../shared/config/store.js';
import type { Failure } from '../../shared/failure.js';
import { library } from '../training/library.js';

export const CODE = { codeCommit: 'c0ffee', lockfileSha256: '0'.repeat(64) };
export const SHIP = 'ship/folds~0123abcd';

/** Runs a step as a worker does. */
export async function call<A, R>(step: (ask: A) => Promise<R>, ask: A): Promise<R> {
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  return (await environment.run(step as (ask: unknown) => Promise<R>, ask)) as R;
}

/** A ship on its host, up to where its gate is planned. */
export class PlannedShip {
  readonly folder: ShipFolder;

  private constructor(
    readonly config: Config,
    readonly steps: ReturnType<typeof createResearchActivities>,
    readonly samples: SamplesSummary,
    readonly plan: GatePlan,
  ) {
    this.folder = new ShipFolder(homePlaces(config.home).research.folder, SHIP);
  }

  static async on(home: string, s3: S3Config, settings: Awaited<ReturnType<typeof barsMarket>>): Promise<PlannedShip> {
    const training = { ...settings.training, shareFolds: true };
    const config = configSchema.parse({ home, ...settings, training, store: { s3 } });
    const steps = createResearchActivities({ config, library, ...CODE, isOpen: async () => false });
    const ship = { shipId: SHIP };
    await call(steps.openShip, { ...ship, request: { recipe: 'base', requestedBy: 'test' } as never });
    const trainingSet = await call(steps.pinTrainingSet, ship);
    const samples = await call(steps.buildSamples, { ...ship, trainingSet });
    const plan = await call(steps.planGate, { ...ship, samples });
    return new PlannedShip(config, steps, samples[0]!, plan);
  }

  ask(fold = 0) {
    return { shipId: SHIP, offer: this.plan.offer!, head: this.samples.head, fold };
  }
}

/** The worker of another host. */
export function foldHost(
  home: string,
  s3: S3Config,
  code = CODE,
  onOtherCode?: (refused: Failure) => void,
): FoldActivities {
  return onFoldHost(
    createFoldActivities({
      ...{ config: { home, store: { s3 } }, library, planners: () => foldPeers(home) },
      code: foldCodeOf({ ...code, library }),
      ...(onOtherCode ? { onOtherCode } : {}),
    }),
  );
}
