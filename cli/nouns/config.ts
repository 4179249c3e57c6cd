import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { configDocument } from '../../shared/config/config-document.js';
import { type ConfigProblem, problemSentence, WrongConfig } from '../../shared/config/wrong-config.js';
import { DEFAULT_CONFIG_FILE, loadConfig } from '../../shared/node/config/load-config.js';
import { printResult } from '../output.js';

interface Options {
  readonly config?: string;
  readonly json?: boolean;
}

/** `believe config`: the settings in force, and what is wrong with them. */
export function register(noun: Command): void {
  noun
    .command('check')
    .description('read every setting and name each wrong field; exit code 1 where there is one')
    .option('--config <file>', `configuration file (default: ${DEFAULT_CONFIG_FILE}, which need not exist)`)
    .option('--json', 'one JSON object on stdout: {ok, file, problems:[{source, field, found, allowed}]}')
    .action(check);
  noun
    .command('show')
    .description('print the settings in force: defaults, file and environment together')
    .option('--config <file>', `configuration file (default: ${DEFAULT_CONFIG_FILE}, which need not exist)`)
    .option('--json', 'on one line')
    .action((options: Options) => {
      const config = loadConfig({ file: options.config });
      printResult(options.json === true, config, JSON.stringify(config, null, 2));
    });
  noun
    .command('document')
    .description('print docs/configuration.md: every field, its meaning, default and environment variable')
    .action(() => printResult(false, null, configDocument()));
}

function check(options: Options): void {
  const file = options.config ?? (existsSync(DEFAULT_CONFIG_FILE) ? DEFAULT_CONFIG_FILE : null);
  const problems = findProblems(options.config);
  const ok = problems.length === 0;
  const good = `${file ?? `no ${DEFAULT_CONFIG_FILE}, only defaults and environment`}: every setting is valid`;
  printResult(options.json === true, { ok, file, problems }, ok ? good : problems.map(problemSentence).join('\n'));
  if (!ok) process.exitCode = 1;
}

function findProblems(file: string | undefined): readonly ConfigProblem[] {
  try {
    loadConfig({ file });
    return [];
  } catch (error) {
    if (error instanceof WrongConfig) return error.problems;
    throw error;
  }
}
