import type { Command } from 'commander';
import type { Config } from '../shared/config/config.js';
import { loadHomeConfig } from '../shared/node/config/home-config.js';

/** What every verb about a stack, or about one tier of it, is told. */
export interface HomeOptions {
  home?: string;
  config?: string;
  json?: boolean;
}

/** Makes verbs that know which home folder is meant. */
export function homeVerbs(
  noun: Command,
  { home = 'home folder of the stack', config = 'settings, where the stack runs elsewhere' } = {},
): (name: string, description: string) => Command {
  return (name, description) =>
    noun
      .command(name)
      .description(description)
      .option('--home <dir>', `${home} (default: .believe)`)
      .option('--config <file>', config)
      .option('--json', 'print one JSON object')
      .exitOverride();
}

export function configOf({ home, config }: HomeOptions): Config {
  return loadHomeConfig({ home, file: config });
}
