import { readChannels } from './channels/read-channels.js';
import type { Deliveries } from './deliver.js';
import { bad, off, type Sighting, well } from './sighting.js';

/** Whether each channel could tell what it was last asked to. */
export function channelSighting(deliveries: Deliveries, channelsFile: string): Sighting {
  try {
    const names = readChannels(channelsFile).map(({ name }) => name);
    if (names.length === 0) return off('ChannelFailed', 'no channel is set up: alarms are shown, and nobody is called');
    const newest = deliveries.newest();
    const failed = names.filter((name) => newest.get(name)?.state === 'failed');
    if (failed.length === 0) return well('ChannelFailed', `${names.join(', ')}: well`);
    return {
      watchdog: 'ChannelFailed',
      seen: `failed: ${failed.join(', ')}`,
      state: 'alarm',
      conditions: failed.map((name) => ({
        name: 'ChannelFailed',
        about: name,
        detail: newest.get(name)!.reason ?? 'failed',
      })),
    };
  } catch (error) {
    return bad('ChannelFailed', (error as Error).message.slice(0, 500));
  }
}
