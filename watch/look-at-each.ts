import { bad, type Sighting, well } from './sighting.js';

/** One look at each part. A part that cannot be looked at takes none of the others along, and is itself an alarm. */
export async function lookAtEach(
  parts: Readonly<Record<string, () => Promise<readonly Sighting[]>>>,
): Promise<Sighting[]> {
  const sightings: Sighting[] = [];
  const failed: { readonly part: string; readonly message: string }[] = [];
  for (const [part, look] of Object.entries(parts))
    try {
      sightings.push(...(await look()));
    } catch (error) {
      failed.push({ part, message: (error as Error).message.slice(0, 500) });
    }
  if (failed.length === 0) return [...sightings, well('LookFailed', 'every part was looked at')];
  const conditions = failed.flatMap(({ part, message }) => bad('LookFailed', message, part).conditions);
  return [...sightings, { watchdog: 'LookFailed', seen: conditions[0]!.detail, state: 'alarm', conditions }];
}
