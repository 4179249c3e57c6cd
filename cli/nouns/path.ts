import path from 'node:path';
import { type Command, Option } from 'commander';
import type { Side } from '../../deploy/path/description.js';
import { sinceHandshake } from '../../deploy/path/since-handshake.js';
import { type AccessCheck, testAccess } from '../../deploy/path/test-access.js';
import { testWrongDirection } from '../../deploy/path/test-wrong-direction.js';
import { UsageFailure } from '../../shared/failure.js';
import { loadConfig } from '../../shared/node/config/load-config.js';
import { configOf, type HomeOptions, homeVerbs } from '../home-verb.js';
import { printResult } from '../output.js';
import { pathStatus, pathStatusText } from '../path/path-status.js';
import { registerQuarantine } from '../path/quarantine.js';
import { startTunnel, stopTunnel } from '../path/run-tunnel.js';
import { readDescription, writeSide } from '../path/write-side.js';

interface UpOptions extends HomeOptions {
  description: string;
  side: Side;
  write: string;
  start?: boolean;
}
type TestOptions = HomeOptions & { side: Side; description?: string };
type DownOptions = Pick<UpOptions, 'description' | 'side' | 'write' | 'json'>;

/** `believe path`: the way back from the broker to research. */
export function register(noun: Command): void {
  const verb = homeVerbs(noun, {
    home: 'home folder of the stack, of the broker or of research',
    config: 'settings, where they lie elsewhere',
  });

  const sideOf = () => new Option('--side <side>', 'which of the two').choices(['broker', 'research']);

  verb('up', 'write the files of one side: WireGuard, firewall, rsync daemon')
    .requiredOption('--description <file>', 'the two hosts, as JSON; gets the public key of this side')
    .addOption(sideOf().makeOptionMandatory())
    .requiredOption('--write <folder>', 'where to; holds a private key, and must stay on this machine')
    .option('--start', 'and start firewall and tunnel; as root or administrator')
    .action(async ({ home, config, json, start, ...options }: UpOptions) => {
      const { home: folder } = loadConfig({ ...(config ? { file: config } : {}), overrides: home ? { home } : {} });
      const { description, side, write } = options;
      const result = writeSide({ description, side, folder: write, home: path.resolve(folder) });
      if (start) await startTunnel({ description: readDescription(description), side, folder: write });
      const next = result.hasTunnel
        ? start
          ? ['firewall and tunnel run']
          : []
        : [
            '  -> run it on the other side with the same description, then here once more: the tunnel waits for its key',
          ];
      printResult(json === true, { ...result, isStarted: start === true }, [...result.written, ...next].join('\n'));
    });

  noun
    .command('down')
    .description('end tunnel and firewall of one side; what is written stays')
    .requiredOption('--description <file>', 'the two hosts')
    .addOption(sideOf().makeOptionMandatory())
    .requiredOption('--write <folder>', 'what `believe path up` was told')
    .option('--json', 'print one JSON object')
    .exitOverride()
    .action(async ({ description, side, write, json }: DownOptions) => {
      await stopTunnel({ description: readDescription(description), side, folder: write });
      printResult(json === true, { isStarted: false }, 'tunnel and firewall are ended');
    });

  verb('status', 'what waits to be acknowledged, and what the receiver has taken, waits for and set aside').action(
    async (options: HomeOptions) => {
      const status = { ...pathStatus(configOf(options), Date.now()), handshakeSeconds: await sinceHandshake() };
      printResult(options.json === true, status, pathStatusText(status));
    },
  );

  verb('test', 'try what must go from this side, and what must not; 1 where one differs')
    .addOption(sideOf().default('broker'))
    .option('--description <file>', 'the two hosts; for --side research')
    .action(async (options: TestOptions) => {
      const checks = await checksOf(options);
      const lines = checks.map(({ what, holds, found }) => `${holds ? 'ok  ' : 'FAIL'}  ${what.padEnd(32)} ${found}`);
      printResult(options.json === true, { ok: checks.every(({ holds }) => holds), checks }, lines.join('\n'));
      if (!checks.every(({ holds }) => holds)) process.exitCode = 1;
    });

  registerQuarantine(noun);
}

/** From the broker: what research allows. From research: that nothing leads to the broker. */
function checksOf(options: TestOptions): Promise<AccessCheck[]> {
  if (options.side === 'broker') return testAccess(configOf(options));
  if (options.description === undefined)
    throw new UsageFailure('--side research needs to know the broker', 'give --description <file>');
  const { broker, rsyncPort, temporalPort } = readDescription(options.description);
  return testWrongDirection(broker.address, [rsyncPort, temporalPort]);
}
