import { realpathSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { UsageFailure } from '../../shared/failure.js';

/**
 * The real path of market data, of a release or of a candidate that a request names. Whoever reaches Temporal may name any
 * path, and what cannot be read as data is quoted in the message that says so: only files of the configured input and of
 * the folders that an operator has opened for this are touched at all.
 * @throws UsageFailure, in the same words whether there is such a file or not
 */
export function dataPlace(config: Config, asked: string): string {
  const real = realPathOf(asked);
  if (real !== null && isOpen(config, real)) return real;
  throw new UsageFailure(
    `${asked} is not in a folder that a backtest may read`,
    'put it into research/input of the home folder, or name its folder in backtest.folders',
  );
}

function isOpen({ home, input, backtest }: Config, real: string): boolean {
  const { research } = homePlaces(home);
  const folders = [research.input, research.releases, research.ships, ...backtest.folders];
  const files = input.kind === 'files' ? [...input.depth, ...input.bars] : [];
  return (
    folders.map(realPathOf).some((folder) => folder !== null && real.startsWith(folder + path.sep)) ||
    files.some((file) => realPathOf(file) === real)
  );
}

function realPathOf(place: string): string | null {
  try {
    return realpathSync(place);
  } catch {
    return null;
  }
}
