import { surprise } from './surprise.js';
import { sumOf } from './total.js';

/** What a classifier said and what came: `probabilities` are row-major rows x classes, `label` the class that came true. */
export interface Classified {
  readonly label: ArrayLike<number>;
  readonly probabilities: ArrayLike<number>;
  readonly classes: number;
}

/** For two classes one says all, because the other mirrors it. */
export function scoredClasses(classes: number): number[] {
  return classes === 2 ? [1] : Array.from({ length: classes }, (_, one) => one);
}

/** Mean of minus the logarithm of what was given to the class that came, nats; no probability counts as less than 1e-7. */
export function logLossOf({ label, probabilities, classes }: Classified): number {
  let sum = 0;
  for (let row = 0; row < label.length; row++) sum += surprise(probabilities[row * classes + label[row]!]!);
  return sum / label.length;
}

/**
 * Brier (1950): mean squared distance between what was said and what came, summed over the classes; of two classes, whose
 * distances are the same, one counts, as usual.
 */
export function brierScore({ label, probabilities, classes }: Classified): number {
  let sum = 0;
  for (let row = 0; row < label.length; row++)
    for (let one = 0; one < classes; one++) {
      const distance = probabilities[row * classes + one]! - (label[row] === one ? 1 : 0);
      sum += distance * distance;
    }
  return sum / label.length / (classes === 2 ? 2 : 1);
}

/**
 * Area under the ROC curve: how often a row of the class is given more than a row of another, half where they are given the
 * same (Hanley and McNeil, 1982). Of more than two classes the mean over the classes, each against the rest. Null where a
 * class has no row, or all rows.
 */
export function areaUnderRoc({ label, probabilities, classes }: Classified): number | null {
  const areas = scoredClasses(classes).map((one) =>
    areaOf(
      Array.from({ length: label.length }, (_, row) => probabilities[row * classes + one]!),
      Array.from({ length: label.length }, (_, row) => label[row] === one),
    ),
  );
  return areas.some((area) => area === null)
    ? null
    : areas.reduce<number>((sum, area) => sum + area!, 0) / areas.length;
}

/** By ranks (Mann and Whitney): rows of the same score share the mean of theirs. */
function areaOf(score: readonly number[], isOfClass: readonly boolean[]): number | null {
  const order = score.map((_, row) => row).sort((a, b) => score[a]! - score[b]!);
  const positives = isOfClass.filter(Boolean).length;
  const negatives = score.length - positives;
  if (positives === 0 || negatives === 0) return null;
  let rankSum = 0;
  for (let first = 0; first < order.length; ) {
    let end = first + 1;
    while (end < order.length && score[order[end]!] === score[order[first]!]) end++;
    // Ranks first + 1 to end.
    for (let at = first; at < end; at++) if (isOfClass[order[at]!]) rankSum += (first + 1 + end) / 2;
    first = end;
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** Rows by the class that came (first index) and the class that was given most (second; of equals the first). */
export function confusionOf({ label, probabilities, classes }: Classified): Float64Array[] {
  const confusion = Array.from({ length: classes }, () => new Float64Array(classes));
  for (let row = 0; row < label.length; row++) {
    let chosen = 0;
    for (let one = 1; one < classes; one++)
      if (probabilities[row * classes + one]! > probabilities[row * classes + chosen]!) chosen = one;
    confusion[label[row]!]![chosen]!++;
  }
  return confusion;
}

/**
 * Matthews correlation of what was chosen with what came, for any number of classes (Gorodkin, 2004). 0 where one class is
 * all that was chosen, or all that came.
 */
export function matthewsCorrelation(confusion: readonly Float64Array[]): number {
  const came = confusion.map((row) => sumOf(row));
  const chosen = confusion.map((_, one) => confusion.reduce((sum, row) => sum + row[one]!, 0));
  const rows = sumOf(came);
  const right = confusion.reduce((sum, row, one) => sum + row[one]!, 0);
  const both = came.reduce((sum, times, one) => sum + times * chosen[one]!, 0);
  const spread = (times: readonly number[]) => rows * rows - times.reduce((sum, one) => sum + one * one, 0);
  const scale = Math.sqrt(spread(came) * spread(chosen));
  return scale > 0 ? (right * rows - both) / scale : 0;
}

/** F1 of a class: the harmonic mean of precision and recall; 0 where it is never chosen rightly. */
export function f1Of(confusion: readonly Float64Array[], one: number): number {
  const right = confusion[one]![one]!;
  const came = sumOf(confusion[one]!);
  const chosen = confusion.reduce((sum, row) => sum + row[one]!, 0);
  return right > 0 ? (2 * right) / (came + chosen) : 0;
}

/** The mean over the classes, each counting the same. */
export function macroF1(confusion: readonly Float64Array[]): number {
  return confusion.reduce((sum, _, one) => sum + f1Of(confusion, one), 0) / confusion.length;
}
