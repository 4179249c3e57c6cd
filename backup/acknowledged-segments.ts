import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { readAcknowledged } from '../broker/prune/acknowledge.js';
import { sealPlaces } from '../broker/seal/seal-places.js';
import { homePlaces } from '../shared/config/home-places.js';
import { captureStream, sourcePlace } from '../shared/contract/batch-stream.js';
import { parseSegmentFile } from '../shared/contract/capture-file.js';
import { SOURCE_NAMES } from '../shared/contract/capture-source.js';
import { Failure } from '../shared/failure.js';

/** Captured segments that research has acknowledged: it has them, and they are large. By their place in the home. */
export function* acknowledgedSegments(home: string, broker: string, epoch: number): Generator<[string, string]> {
  const places = sealPlaces(homePlaces(home).broker.folder);
  for (const source of SOURCE_NAMES) {
    const folder = places.captureOf(source);
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
      const segment = parseSegmentFile(name, source);
      if (segment === null || segment.open) continue;
      const stream = captureStream(segment.instrument, source);
      const last = lastAcknowledged(places, broker, { stream, epoch });
      const own = sourcePlace(stream, name);
      if (last !== null && own !== null && own.order <= last)
        yield [path.relative(home, path.join(folder, name)).split(path.sep).join('/'), 'research has acknowledged it'];
    }
  }
}

function lastAcknowledged(
  places: ReturnType<typeof sealPlaces>,
  broker: string,
  of: { stream: string; epoch: number },
): string | null {
  try {
    const name = readAcknowledged(places, broker, of).head.places.segments?.name;
    return name === undefined ? null : (sourcePlace(of.stream, name)?.order ?? null);
  } catch (error) {
    // What cannot be read acknowledges nothing.
    if (error instanceof Failure) return null;
    throw error;
  }
}
