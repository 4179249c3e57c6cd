import type { LibraryFile } from '../../research/training/booster.js';
import { obtainLibxgboost } from '../../setup/libxgboost.js';

/** The real libxgboost, obtained once into the cache that `npm start` uses too. */
export const library: LibraryFile = await obtainLibxgboost();
