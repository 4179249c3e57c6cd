import { Failure } from '../../shared/failure.js';
import type { TrainingSet } from './training-set.js';

/**
 * A release is signed for the product of the plan, so it must be trained on that product's book: any contract month, by
 * the same price step. @throws Failure 'OtherProduct' naming the file
 */
export function refuseOtherProduct(
  { series }: Pick<TrainingSet, 'series'>,
  plan: { readonly instrument: string; readonly tickSize: number },
): void {
  for (const { dataset, name, tickSize, shards } of series) {
    if (dataset !== 'mbp10') continue;
    const other = shards.find(({ instrument }) => rootOf(instrument) !== rootOf(plan.instrument));
    if (other || tickSize !== plan.tickSize)
      throw new Failure(
        'OtherProduct',
        `${name} is the book of ${other?.instrument ?? shards[0]!.instrument} in steps of ${tickSize}; the ship is for ${plan.instrument} in steps of ${plan.tickSize}`,
        'give data of the product that is traded, or set instrument to the product of the data',
      );
  }
}

/** ESU9, ESZ25 and ESU25_FUT_CME are contract months of ES. */
export function rootOf(instrument: string): string {
  return instrument.replace(/_FUT_\w+$/, '').replace(/[FGHJKMNQUVXZ]\d{1,2}$/, '');
}
