import path from 'node:path';
import { type Command, Option } from 'commander';
import type { Side } from '../../deploy/path/description.js';
import { loadConfig } from '../../shared/node/config/load-config.js';
import { configOf, type HomeOptions, homeVerbs } from '../home-verb.js';
import { printResult } from '../output.js';
import { pathStatus, pathStatusText } from '../path/path-status.js';
import { registerQuarantine } from '../path/quarantine.js';
import { sinceHandshake } from '../path/since-handshake.js';
import { testAccess } from '../path/test-access.js';
import { writeSide } from '../path/write-side.js';

interface UpOptions extends HomeOptions {
  description: string;
  side: Side;
  write: string;
}

/** `believe path`: the way back from the broker to research. */
export function register(noun: Command): void {
  const verb = homeVerbs(noun, {
    home: 'home folder of the stack, of the broker or of research',
    config: 'settings, where they lie elsewhere',
  });

  verb('up', 'write the files of one side: WireGuard, firewall, rsync daemon; starts nothing')
    .requiredOption('--description <file>', 'the two hosts, as JSON; gets the public key of this side')
    .addOption(new Option('--side <side>', 'whose files').choices(['broker', 'research']).makeOptionMandatory())
    .requiredOption('--write <folder>', 'where to; holds a private key, and must stay on this machine')
    .action(({ home, config, json, ...options }: UpOptions) => {
      const { home: folder } = loadConfig({ ...(config ? { file: config } : {}), overrides: home ? { home } : {} });
      const { description, side, write } = options;
      const result = writeSide({ description, side, folder: write, home: path.resolve(folder) });
      const next =
        '  -> run it on the other side with the same description, then here once more: the tunnel waits for its key';
      printResult(json === true, result, [...result.written, ...(result.hasTunnel ? [] : [next])].join('\n'));
    });

  verb('status', 'what waits to be acknowledged, and what the receiver has taken, waits for and set aside').action(
    async (options: HomeOptions) => {
      const status = { ...pathStatus(configOf(options), Date.now()), handshakeSeconds: await sinceHandshake() };
      printResult(options.json === true, status, pathStatusText(status));
    },
  );

  verb('test', 'try from the broker what research must allow and what it must refuse; 1 where one differs').action(
    async (options: HomeOptions) => {
      const checks = await testAccess(configOf(options));
      const lines = checks.map(({ what, holds, found }) => `${holds ? 'ok  ' : 'FAIL'}  ${what.padEnd(32)} ${found}`);
      printResult(options.json === true, { ok: checks.every(({ holds }) => holds), checks }, lines.join('\n'));
      if (!checks.every(({ holds }) => holds)) process.exitCode = 1;
    },
  );

  registerQuarantine(noun);
}
