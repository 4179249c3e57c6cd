import path from 'node:path';
import type { Command } from 'commander';
import { auditReleases } from '../../research/release/audit.js';
import { keyPlaces, trustFolder } from '../../research/release/key-places.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { loadConfig } from '../../shared/node/config/load-config.js';
import { printResult } from '../output.js';

/** `believe audit`: who let what go, when, by signatures alone; exit code 1 where the records leave a gap. */
export function register(noun: Command): void {
  noun
    .option('--home <folder>', 'home folder')
    .option('--json', 'one JSON object on stdout')
    .action((options: { home?: string; json?: boolean }) => {
      const config = loadConfig({ overrides: options.home === undefined ? {} : { home: options.home } });
      const home = path.resolve(config.home);
      const { research, broker } = homePlaces(home);
      const { lines, gaps } = auditReleases({
        trustFolder: trustFolder(keyPlaces(home), 'research'),
        releasesFolder: research.releases,
        moduleFolder: research.published,
        brokerFolder: broker.folder,
      });
      const text = [
        ...lines.map(({ at, who, what }) => `${at}  ${who.padEnd(12)}  ${what}`),
        ...gaps.map((gap) => `GAP: ${gap}`),
        ...(gaps.length === 0 ? ['no gap'] : []),
      ].join('\n');
      printResult(options.json === true, { lines, gaps }, text);
      if (gaps.length > 0) process.exitCode = 1;
    });
}
