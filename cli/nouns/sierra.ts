import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { type FollowedOnce, followOnce } from '../../broker/follow/follow-once.js';
import { followSierra } from '../../broker/follow/follow-sierra.js';
import type { Config } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';
import type { FollowStatus } from '../../shared/contract/follow-status.js';
import { Failure } from '../../shared/failure.js';
import { createMarketClock } from '../../shared/market/clock/market-clock.js';
import { clockSpecFile, readClockSpec } from '../../shared/node/clock-spec-file.js';
import { isFollowerSilent, readFollowStatus } from '../../shared/node/contract/follow-status-file.js';
import { keepFilesPrivate } from '../../shared/node/process/private-files.js';
import { untilAskedToStop } from '../../shared/node/process/stop-request.js';
import { configOf, type HomeOptions, homeVerbs } from '../home-verb.js';
import { isoTimeMs } from '../option-values.js';
import { printResult } from '../output.js';
import { followPlan } from '../sierra/follow-options.js';
import { followedContracts } from '../sierra/followed-contracts.js';

interface FollowOptions extends HomeOptions {
  dataFolder?: string;
  symbol?: string;
  since?: number;
  once?: boolean;
}

/** `believe sierra`: the second capture, from the files that Sierra Chart writes. */
export function register(noun: Command): void {
  const verb = homeVerbs(noun, {
    home: 'home folder of the broker, or of the stack',
    config: 'settings, where they lie elsewhere',
  });

  verb('follow', "follow Sierra Chart's .scid and .depth files into segments of the capture, until asked to stop")
    .option('--data-folder <folder>', "Sierra Chart's data folder (default: sierra.dataFolder)")
    .option(
      '--symbol <name>',
      'how it names the contract: ESZ5_FUT_CME for ESZ5_FUT_CME.scid, or ES{month}{year}_FUT_CME (default: sierra.symbol)',
    )
    .option(
      '--since <time>',
      'where nothing was followed before, begin here (default: at the beginning of the present trade date)',
      isoTimeMs,
    )
    .option('--once', 'follow what there is now, close its segment, and end')
    .addHelpText(
      'after',
      '\nThe contract is the one that the bridge of this home trades, and around a roll the other one too. docs/sierra.md says how to set Sierra Chart up.',
    )
    .action(follow);

  verb('status', 'how far the follower has come; 1 where it does not run, or cannot follow').action(
    (options: HomeOptions) => {
      const config = configOf(options);
      const contracts = followedContracts(config, clockOf(config).nowMs());
      const followed = contracts.map(({ localSymbol }) => {
        const status = statusIn(homePlaces(config.home).broker.sierraStatus(localSymbol));
        return { ...status, isSilent: isFollowerSilent(status, Date.now()) };
      });
      printResult(options.json === true, { followed }, followed.map(statusText).join('\n'));
      if (followed.some(({ isSilent, problem }) => isSilent || problem !== null)) process.exitCode = 1;
    },
  );
}

async function follow({ dataFolder, symbol, since, once, ...options }: FollowOptions): Promise<void> {
  keepFilesPrivate();
  const config = configOf(options);
  const log = (line: string) => process.stderr.write(`${new Date().toISOString()} ${line}\n`);
  const plan = followPlan(config, clockOf(config), { dataFolder, symbol, sinceMs: since }, log);
  const { sierra: folder } = homePlaces(config.home).broker;
  if (once) {
    const followed = [];
    for (const contract of plan.contracts())
      followed.push({ symbol: contract.symbol, ...(await followOnce(plan.loopOf(contract).options)) });
    printResult(options.json === true, { followed }, followed.map(onceText).join('\n'));
    return;
  }
  const stop = new AbortController();
  void untilAskedToStop().then(() => stop.abort());
  await followSierra(folder, plan, stop.signal);
}

function clockOf({ home }: Config) {
  return createMarketClock(readClockSpec(clockSpecFile(home)) ?? { kind: 'real' });
}

function onceText({ symbol, trades, changes, faults }: FollowedOnce & { readonly symbol: string }): string {
  return `${symbol}: ${trades} trades and ${changes} changes of the book; ${faults} records were none`;
}

function statusIn(file: string): FollowStatus {
  const status = readFollowStatus(file);
  if (status !== null) return status;
  const what = existsSync(file) ? 'is no status of a follower' : 'is not there';
  throw new Failure('FollowerAway', `${file} ${what}`, 'start it: believe sierra follow', { file });
}

function statusText(status: FollowStatus & { readonly isSilent: boolean }): string {
  const { symbol, dataFolder, trades, changes, faults, lastEventTime, closedThrough, missing, problem } = status;
  const { at, isSilent } = status;
  return [
    `${symbol} in ${dataFolder}${isSilent ? `: NOT RUNNING since ${at}` : ''}`,
    ...(problem === null ? [] : [`cannot follow: ${problem}`]),
    ...(missing.length === 0 ? [] : [`not there: ${missing.join(', ')}`]),
    `${trades} trades, ${changes} changes of the book, ${faults} records that were none, since it was started`,
    `newest event ${lastEventTime ?? '-'}; closed through ${closedThrough ?? '-'}`,
  ].join('\n');
}
