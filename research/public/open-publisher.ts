import type { Config } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { clockSpecFile } from '../../shared/node/clock-spec-file.js';
import { sharedClock } from '../../shared/node/shared-clock.js';
import { signersOf } from '../../shared/node/trust/key-folder.js';
import type { TrustedRole } from '../../shared/trust/root.js';
import type { ReceivedFrom } from '../ingest/received-day.js';
import { receivedFrom } from '../ingest/received-from.js';
import { MonitorFolder } from '../monitor/monitor-folder.js';
import { fillSalts } from './fill-salt.js';
import { writeMonthReport } from './month-report.js';
import { PublicLog } from './public-log.js';
import { Publisher } from './publisher.js';
import { writeSites } from './sites/write-sites.js';
import { stateKeysOf } from './state-keys.js';

/** The publisher of a home, under the roots of trust of now. @throws NoSigningKey, LogDamaged */
export function openPublisher(config: Config): Publisher {
  const { research, public: places } = homePlaces(config.home);
  const from = receivedFrom(config);
  const [key] = signersOf(places.keys, 'state', from.root);
  const saltOf = fillSalts(places.saltKey, config.public.origin);
  const { localSymbol, tickSize, multiplier } = config.instrument;
  return new Publisher({
    ...{ config: config.public, url: pageUrl(config), key: key!, postedFile: places.posted },
    say: (line) => process.stderr.write(`${line}\n`),
    log: new PublicLog(places.log, config.public.origin, [key!], stateRoles(from)),
    clock: () => sharedClock(clockSpecFile(config.home)),
    sources: () => ({
      ...{ from, instrument: localSymbol, tickValue: tickSize * multiplier, saltOf, nowMs: Date.now() },
      ...{
        releasesFolder: research.releases,
        shipsFolder: research.ships,
        reports: new MonitorFolder(research.monitor),
      },
      fillDelaySeconds: config.public.fillDelaySeconds,
    }),
  });
}

/** Who has signed the log, the newest root first. */
function stateRoles({ root, formerRoots }: ReceivedFrom): TrustedRole[] {
  return [root, ...[...formerRoots].reverse()].map(({ roles }) => roles.state);
}

/** The report of a month's clicks, in `public/clicks/` of a home. @throws PublishFailed, NoSigningKey */
export function monthReport(config: Config, month: string): ReturnType<typeof writeMonthReport> {
  const { public: places } = homePlaces(config.home);
  const [key] = signersOf(places.keys, 'state', receivedFrom(config).root);
  const { origin } = config.public;
  return writeMonthReport({ url: pageUrl(config), origin, key: key!, folder: places.clicks, month, nowMs: Date.now() });
}

/** The sites of a home, from its own copy of the log. @returns the folders, and how many files there are */
export function writeSitesOf(config: Config, folder: string): ReturnType<typeof writeSites> {
  const { public: places } = homePlaces(config.home);
  const { origin, fundName, siteUrl, tradesUrl } = config.public;
  const from = receivedFrom(config);
  return writeSites({
    ...{ folder, fundName, home: siteUrl ?? '', trades: tradesUrl ?? '', record: pageUrl(config) },
    entries: new PublicLog(places.log, origin, [], stateRoles(from)).entries,
    keys: stateKeysOf(from.root, origin),
    synthetic: config.input.kind === 'synthetic' || config.gateway.embedded,
  });
}

/** Where the record is posted to. */
export function pageUrl({ public: { url, pagePort } }: Pick<Config, 'public'>): string {
  return (url ?? `http://127.0.0.1:${pagePort}`).replace(/\/$/, '');
}
