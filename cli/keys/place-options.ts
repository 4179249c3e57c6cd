import path from 'node:path';
import type { Command } from 'commander';
import { type KeyPlaces, keyPlaces } from '../../research/release/key-places.js';
import { loadConfig } from '../../shared/node/config/load-config.js';

/** Options of every command on keys and on the people who hold them. */
export interface PlaceOptions {
  home?: string;
  rootKeysFolder?: string;
  json?: boolean;
}

export function withPlaces(command: Command): Command {
  return command
    .option('--home <folder>', 'home folder')
    .option('--root-keys-folder <folder>', 'private root keys (default: offline-root-keys in the home folder)')
    .option('--json', 'one JSON object on stdout');
}

export function placesOf({ home, rootKeysFolder }: PlaceOptions): KeyPlaces {
  const config = loadConfig({ overrides: home === undefined ? {} : { home } });
  return keyPlaces(path.resolve(config.home), rootKeysFolder);
}
