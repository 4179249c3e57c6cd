import type { Config } from '../shared/config/config.js';
import { homePlaces } from '../shared/config/home-places.js';

export function channelsPlace({ home, watch }: Pick<Config, 'home' | 'watch'>): string {
  return watch.channelsFile ?? homePlaces(home).watch.channels;
}
