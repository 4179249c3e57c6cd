import { userInfo } from 'node:os';
import path from 'node:path';
import { type Command, Option } from 'commander';
import type { Config } from '../../shared/config/config.js';
import { type ConfigSources, loadConfig } from '../../shared/node/config/load-config.js';
import { printResult } from '../output.js';
import { up } from '../up/up.js';

interface UpOptions {
  home?: string;
  config?: string;
  data?: string[];
  bars?: string[];
  once?: boolean;
  approve?: string;
  by?: string;
  recipe: 'base' | 'improved';
  json?: boolean;
}

export function register(noun: Command): void {
  noun
    .option('--home <dir>', 'folder of all state (default: .believe)')
    .option('--config <file>', 'settings (default: believe.config.json where there is one)')
    .option('--data <file...>', 'depth files to train on and to play (default: a generated SYNTHETIC market)')
    .option('--bars <file...>', '5-minute bar files; without --data for heads of bars alone (training.heads)')
    .option('--once', 'end after the first ship: 0 when its heads are live, 1 when it was held, rejected or refused')
    .option('--approve <reason>', 'approve a hold of this ship; the reason goes into the signed manifest')
    .option('--by <name>', 'which operator approves; the first start makes his key (default: the name of your account)')
    .addOption(
      new Option('--recipe <name>', 'training recipe of the first ship').choices(['base', 'improved']).default('base'),
    )
    .option('--json', 'print one JSON object on stdout when done; everything else goes to stderr')
    .addHelpText(
      'after',
      `
Starts Temporal with its Web UI, the workers, the gateway simulator and the bridge, ships a model, and stays up until
Ctrl-C. All state is in the home folder: start it again, and a held or waiting ship goes on where it was.

Examples:
  npm start                                       the SYNTHETIC market; a second, improved model follows the first
  npm start -- --once --json                      end after the first release is live
  npm start -- --data book.jsonl.gz --bars 5m.csv your own data
  npm start -- --approve "sample run"             go on although the gate holds the ship`,
    )
    .action(async (options: UpOptions) => {
      const exit = await up({
        config: configOf(options),
        once: options.once ?? false,
        recipe: options.recipe,
        approval: options.approve === undefined ? null : { reason: options.approve, by: options.by },
        operatorName: options.by ?? userInfo().username,
        inputGiven: options.data !== undefined || options.bars !== undefined || options.config !== undefined,
      });
      if (exit.report) printResult(options.json ?? false, exit.report, exit.text);
      process.exitCode = exit.code;
    });
}

function configOf({ home, config, data, bars }: UpOptions): Config {
  const overrides: ConfigSources['overrides'] = {
    ...(home === undefined ? {} : { home }),
    ...(data === undefined && bars === undefined
      ? {}
      : { input: { kind: 'files', depth: data ?? [], bars: bars ?? [] } }),
  };
  const loaded = loadConfig({ ...(config === undefined ? {} : { file: config }), overrides });
  return { ...loaded, home: path.resolve(loaded.home) };
}
