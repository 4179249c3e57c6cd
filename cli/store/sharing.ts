import type { Command } from 'commander';
import { releaseTrainingSets } from '../../research/ship/release-shards.js';
import type { ShardQuery } from '../../research/store/shard-query.js';
import { pullStore } from '../../research/store/shared/pull-store.js';
import { pushStore } from '../../research/store/shared/push-store.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { UsageFailure } from '../../shared/failure.js';
import { printResult } from '../output.js';
import { megabytes } from './partition-lines.js';
import { showProgress } from './show-progress.js';
import { configOf, storeAt } from './store-at.js';

interface HomePlace {
  readonly home?: string;
  readonly json?: true;
}

/** What only a store in a bucket has: bringing one there, and fetching from it. */
export function registerSharing(noun: Command, selecting: (command: Command) => Command): void {
  inHome(noun.command('push'))
    .description(
      'bring the store of this machine into the bucket of store.s3, beside what is there; its folder holds copies from then on',
    )
    .action(async (options: HomePlace) => {
      const { home, s3 } = shared(options);
      const places = homePlaces(home).research;
      const progress = showProgress('objects');
      const pushed = await pushStore(places.store, s3, releaseTrainingSets(places.ships), progress.show);
      progress.end();
      const { objects, bytes, documents, differ } = pushed;
      const text = [
        `pushed: ${objects} objects, ${megabytes(bytes)}, and ${documents} records`,
        ...(differ.length > 0 ? [`the bucket has others, which stand: ${differ.join(', ')}`] : []),
      ];
      printResult(options.json === true, pushed, text.join('\n'));
    });

  selecting(inHome(noun.command('pull')))
    .description('fetch objects of the bucket of store.s3 before they are needed')
    .option(
      '--leave',
      'fetch all of them, and make the folder a store of this machine alone; the bucket stays as it is',
    )
    .action(async (options: ShardQuery & HomePlace & { leave?: true }) => {
      shared(options);
      const progress = showProgress('objects');
      const pulled = await pullStore(await storeAt(options), options, {
        leave: options.leave === true,
        onProgress: progress.show,
      });
      progress.end();
      const text = `${pulled.objects} objects are here${pulled.left ? '; the folder is a store by itself: take store.s3 out of the settings' : ''}`;
      printResult(options.json === true, pulled, text);
    });
}

function shared(options: HomePlace) {
  const { home, store } = configOf(options);
  if (store.s3 === null) throw new UsageFailure('the settings name no bucket', 'set store.s3, see docs/store.md');
  return { home, s3: store.s3 };
}

function inHome(command: Command): Command {
  return command.option('--home <folder>', 'home folder').option('--json', 'JSON on stdout');
}
