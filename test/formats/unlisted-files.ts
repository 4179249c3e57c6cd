import { formatAt, isStamped, stampOf } from '../../shared/formats/formats.js';
import { surveyHome } from '../../shared/node/formats/survey-home.js';

/**
 * What in a home that this build wrote is of no listed kind, or does not say the version that its kind has today. Of a home whose
 * processes run, a file that is being written this very moment is looked at once more.
 */
export function unlistedFiles(home: string): string[] {
  const once = faultsIn(home);
  const again = once.length === 0 ? [] : faultsIn(home);
  return once.filter((fault) => again.includes(fault));
}

function faultsIn(home: string): string[] {
  return [...surveyHome(home)].flatMap(({ place, version }) => {
    const format = formatAt(place);
    if (format === null) return [`${place}: of no kind in shared/formats/`];
    if (!isStamped(format) || version === null || version === stampOf(format).newest) return [];
    return [`${place}: ${format} of version ${stampOf(format).newest} says ${version}`];
  });
}
