import type { Command } from 'commander';
import { loadHomeConfig } from '../../shared/node/config/home-config.js';
import { printResult } from '../output.js';
import { pathStatus, pathStatusText } from '../path/path-status.js';
import { registerQuarantine } from '../path/quarantine.js';
import { testAccess } from '../path/test-access.js';

interface HomeOptions {
  home?: string;
  config?: string;
  json?: true;
}

/** `believe path`: the way back from the broker to research. */
export function register(noun: Command): void {
  const verb = (name: string, description: string) =>
    noun
      .command(name)
      .description(description)
      .option('--home <dir>', 'home folder of the stack, of the broker or of research (default: .believe)')
      .option('--config <file>', 'settings, where they lie elsewhere')
      .option('--json', 'print one JSON object')
      .exitOverride();

  verb('status', 'what waits to be acknowledged, and what the receiver has taken, waits for and set aside').action(
    ({ home, config, json }: HomeOptions) => {
      const status = pathStatus(loadHomeConfig({ home, file: config }), Date.now());
      printResult(json === true, status, pathStatusText(status));
    },
  );

  verb('test', 'try from the broker what research must allow and what it must refuse; 1 where one differs').action(
    async ({ home, config, json }: HomeOptions) => {
      const checks = await testAccess(loadHomeConfig({ home, file: config }));
      const lines = checks.map(({ what, holds, found }) => `${holds ? 'ok  ' : 'FAIL'}  ${what.padEnd(32)} ${found}`);
      printResult(json === true, { ok: checks.every(({ holds }) => holds), checks }, lines.join('\n'));
      if (!checks.every(({ holds }) => holds)) process.exitCode = 1;
    },
  );

  registerQuarantine(noun);
}
