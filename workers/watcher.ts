import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Client } from '@temporalio/client';
import { TIERS } from '../shared/alarm/alarm.js';
import { watcherStatus } from '../shared/alarm/alarm-log.js';
import { courseSettings } from '../shared/alarm/course-settings.js';
import { publishes } from '../shared/config/config.js';
import { homePlaces } from '../shared/config/home-places.js';
import { UsageFailure } from '../shared/failure.js';
import { clockSpecFile } from '../shared/node/clock-spec-file.js';
import { loadHomeConfig } from '../shared/node/config/home-config.js';
import { readJson } from '../shared/node/files/read-json.js';
import { keepFilesPrivate } from '../shared/node/process/private-files.js';
import { untilAskedToStop } from '../shared/node/process/stop-request.js';
import { sharedClock } from '../shared/node/shared-clock.js';
import { alarmWorkflows } from '../temporal/alarm-workflows.js';
import { connectClient } from '../temporal/client.js';
import { lookAtServer } from '../temporal/look-at-server.js';
import { serverAddress } from '../temporal/server-address.js';
import { lookAtBroker } from '../watch/broker/look-at-broker.js';
import { channelSighting } from '../watch/channel-sighting.js';
import { channelsPlace } from '../watch/channels-place.js';
import { tellDeadMan } from '../watch/dead-man.js';
import { Deliveries } from '../watch/deliver.js';
import { lookAtEach } from '../watch/look-at-each.js';
import { type DiskPoint, diskPoint, lookAtMachine, otherWatcher } from '../watch/look-at-machine.js';
import { lookAtResearch } from '../watch/research/look-at-research.js';
import { temporalSightings } from '../watch/research/look-at-temporal.js';
import type { Sighting } from '../watch/sighting.js';
import { readSilences } from '../watch/silences.js';
import { Watcher } from '../watch/watcher.js';

/** The watcher of a tier (`--tier broker|research`): it looks, and has people told; with Temporal, and without. */
const { values } = parseArgs({
  options: { home: { type: 'string' }, config: { type: 'string' }, tier: { type: 'string' } },
});
const tier = TIERS.find((one) => one === values.tier);
if (tier === undefined) throw new UsageFailure(`--tier is ${values.tier}`, 'broker or research');
const config = loadHomeConfig({ home: values.home, file: values.config });
keepFilesPrivate();
const places = homePlaces(config.home);
const log = (line: string) => process.stderr.write(`${new Date().toISOString()} ${line}\n`);
const deliveries = new Deliveries(places.watch.deliveries, channelsPlace(config));
const server = serverAddress(config, 'watcher');
const watcher = new Watcher({
  ...{ tier, config: config.watch, deliveries, log, now: Date.now },
  places: { state: places.watch.state(tier), status: places.watch.status(tier) },
  workflows: alarmWorkflows(connected, courseSettings(config.watch)),
  silences: () => readSilences(places.watch.silences),
});
const url = tier === 'broker' ? config.watch.brokerDeadManUrl : config.watch.researchDeadManUrl;
const brokerMemory = { notReadySinceMs: null };
const researchMemory = { missingSinceMs: {} };
const disk: DiskPoint[] = [];
/** A server that hangs is as good as none. */
const ANSWER_MS = 5000;
let client: Client | null = null;
let looksWithout = 0;

const stop = new AbortController();
void untilAskedToStop().then(() => stop.abort());
await tellDeadMan(url, 'start');
while (!stop.signal.aborted) {
  try {
    await watcher.take(await look());
    await tellDeadMan(url, 'well');
  } catch (error) {
    log(`a look failed: ${(error as Error).stack ?? error}`);
    await tellDeadMan(url, 'fail');
  }
  await pause(config.watch.everySeconds * 1000, undefined, { signal: stop.signal }).catch(() => {});
}
await (client as Client | null)?.connection.close();

function look(): Promise<Sighting[]> {
  const nowMs = Date.now();
  const other = tier === 'broker' ? 'research' : 'broker';
  const trust = tier === 'broker' ? places.broker.trust : places.research.trust;
  const clock = () => sharedClock(clockSpecFile(config.home));
  return lookAtEach({
    'the tier': async () =>
      tier === 'broker' ? lookAtBroker(config, clock(), brokerMemory, nowMs) : await lookHere(clock(), nowMs),
    machine: async () => {
      disk.push(await diskPoint(config.home, nowMs));
      while (disk.length > 1 && nowMs - disk[0]!.atMs > 86_400_000) disk.shift();
      return lookAtMachine(config, trust, disk, nowMs);
    },
    'the other watcher': async () => [
      otherWatcher(readJson(places.watch.status(other), watcherStatus), config.watch, nowMs),
    ],
    channels: async () => [channelSighting(deliveries, channelsPlace(config))],
  });
}

async function lookHere(clock: ReturnType<typeof sharedClock>, nowMs: number): Promise<Sighting[]> {
  const filesWith = (live: number | null) => lookAtResearch(config, clock, researchMemory, live, nowMs);
  try {
    const asked = await connected();
    const sight = await asked.withDeadline(Date.now() + ANSWER_MS, () => lookAtServer(asked, nowMs, publishes(config)));
    looksWithout = 0;
    return [...filesWith(sight.liveVersion), ...temporalSightings(sight, config.watch, 0, '')];
  } catch (error) {
    await client?.connection.close().catch(() => {});
    client = null;
    return [...filesWith(null), ...temporalSightings(null, config.watch, ++looksWithout, (error as Error).message)];
  }
}

async function connected(): Promise<Client> {
  client ??= await connectClient(server);
  return client;
}
