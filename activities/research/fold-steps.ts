import { ApplicationFailure } from '@temporalio/common';
import { recipeSha256, signMeasurement } from '../../research/evidence/measurement.js';
import { measuringKey } from '../../research/evidence/measuring-keys.js';
import { FoldExchange } from '../../research/folds/fold-exchange.js';
import {
  type FoldCode,
  type FoldOffer,
  OFFER_BYTES_MAX,
  offerIn,
  refuseOtherCode,
} from '../../research/folds/fold-offer.js';
import { encodeScoredFold } from '../../research/gate/index.js';
import { loadSamples } from '../../research/samples/sample-file.js';
import type { LibraryFile } from '../../research/training/booster.js';
import type { Config } from '../../shared/config/config.js';
import { Failure } from '../../shared/failure.js';
import type { HeadName } from '../../shared/model/heads/head.js';
import type { VerifyingKey } from '../../shared/trust/ed25519-key.js';
import { formal } from '../formal.js';
import { step } from '../step.js';
import { FOLD_ASKS } from './asks.js';
import type { FoldActivities } from './fold-contract.js';
import { fitBlock } from './score-blocks.js';

export interface FoldDependencies {
  readonly config: Pick<Config, 'home' | 'store'>;
  readonly library: LibraryFile;
  /** Whose offers are worked on. */
  readonly planners: () => readonly VerifyingKey[];
  /** What an offer must be of; null where the offers are this host's own, which goes on after an upgrade as with any other step. */
  readonly code: FoldCode | null;
  readonly onOtherCode?: (refused: Failure) => void;
}

/** The refits of a ship's gate, scored from an offer and samples alone: again, it is the same objects under the same names. */
export function createFoldActivities({
  config,
  library,
  planners,
  code,
  onOtherCode,
}: FoldDependencies): FoldActivities {
  const believed = (bytes: Buffer): FoldOffer => {
    try {
      const offer = offerIn(bytes, planners());
      if (code !== null) refuseOtherCode(code, offer.code);
      return offer;
    } catch (error) {
      if (error instanceof Failure && error.type === 'OtherCode') onOtherCode?.(error);
      throw error;
    }
  };
  return formal(FOLD_ASKS, {
    fitFold: ({ shipId, offer: meant, head, fold }) =>
      step(async (context) => {
        const exchange = await FoldExchange.open(config);
        if (meant.bytes > OFFER_BYTES_MAX) throw notOffered(head, fold);
        const offer = believed(await exchange.read(meant));
        const { planned, ...asked } = blockIn(offer, shipId, head, fold);
        const samples = loadSamples(await exchange.fetch(asked.samples), asked.samples.sha256);
        const { recipe, prior } = asked;
        const fitted = await fitBlock(
          { planned, samples, recipe, prior, thresholds: offer.thresholds },
          library,
          context,
        );
        const score = await exchange.send(encodeScoredFold(fitted.scored));
        const models = await exchange.send(fitted.models);
        await exchange.trim();
        const told = {
          ...{ what: 'fold' as const, shipId, head, fold, priorRelease: offer.priorRelease },
          ...{ samplesSha256: asked.samples.sha256, recipeSha256: recipeSha256(recipe) },
          ...{ scoreSha256: score.sha256, modelsSha256: models.sha256, onnxSha256: null },
        };
        return { score, models, measured: signMeasurement(told, measuringKey(config.home)) };
      }),
  });
}

/** The same on a host beside the one that plans: what fails there says nothing of other hosts, so that it never ends a ship. */
export function onFoldHost({ fitFold }: FoldActivities): FoldActivities {
  return {
    fitFold: async (ask) => {
      try {
        return await fitFold(ask);
      } catch (error) {
        if (!(error instanceof ApplicationFailure) || !error.nonRetryable) throw error;
        const { message, type, details, cause } = error;
        throw new ApplicationFailure(message, type, false, details, cause);
      }
    },
  };
}

/** @throws Failure 'WrongAsk' */
function blockIn(offer: FoldOffer, shipId: string, head: HeadName, fold: number) {
  const ofHead = offer.shipId === shipId ? offer.heads.find((one) => one.head === head) : undefined;
  const planned = ofHead?.folds.find((one) => one.fold === fold);
  if (ofHead && planned) return { ...ofHead, planned };
  throw notOffered(head, fold);
}

function notOffered(head: HeadName, fold: number): Failure {
  return new Failure('WrongAsk', `no fold ${fold} of ${head} of this ship was offered`, 'start a new ship');
}
