import path from 'node:path';
import type { Command } from 'commander';
import { checkHost } from '../../deploy/check/check-host.js';
import { isClean } from '../../deploy/check/finding.js';
import { readDeployFile } from '../../deploy/plan/deploy-file.js';
import { writePlan } from '../../deploy/plan/write-plan.js';
import { UsageFailure } from '../../shared/failure.js';
import { checkText, planText } from '../deploy/deploy-text.js';
import { hostNamed } from '../deploy/host-named.js';
import { runUpgrade, thisMachine, type UpgradeOptions } from '../deploy/upgrade.js';
import { printResult } from '../output.js';

interface PlanOptions {
  config: string;
  to: string;
  host?: string;
  json?: boolean;
}
interface CheckOptions {
  config: string;
  host: string;
  root?: string;
  try?: boolean;
  all?: boolean;
  json?: boolean;
}

/** `believe deploy`: what the machines of a fund need, written out, and whether they have it. */
export function register(noun: Command): void {
  noun
    .command('plan')
    .description(
      'write, for each host, the files at their places, an installation and a checklist; nothing secret is in it',
    )
    .requiredOption('--config <file>', 'the hosts, as JSON: docs/deploy.md')
    .option('--to <folder>', 'where to; a former plan there is replaced', 'deploy-plan')
    .option('--host <name>', 'this host alone')
    .option('--json', 'print one JSON object')
    .exitOverride()
    .action(({ config, to, host, json }: PlanOptions) => {
      const file = readDeployFile(config);
      const hosts = host === undefined ? file.hosts : [hostNamed(file, host, config)];
      const written = writePlan(file, hosts, { folder: to, source: config });
      printResult(json === true, written, planText(written, file));
    });

  noun
    .command('check')
    .description('on a host: what differs from its plan, why it matters, and the fix; 1 where something does')
    .requiredOption('--config <file>', 'the hosts, as JSON')
    .requiredOption('--host <name>', 'which of them this machine is')
    .option('--root <folder>', 'look at a folder that stands for the machine; what runs is not looked at')
    .option('--try', 'on a machine: try each thing that nobody on it may do, and see it refused')
    .option('--all', 'show also what is as it should be')
    .option('--json', 'print one JSON object')
    .exitOverride()
    .action(async ({ config, host, root, try: tries = false, all, json }: CheckOptions) => {
      if (tries && root !== undefined)
        throw new UsageFailure('--try needs a machine, and --root names a folder', 'leave one of the two out');
      const file = readDeployFile(config);
      const one = hostNamed(file, host, config);
      const findings = await checkHost(file, one, {
        source: config,
        tries,
        root: root === undefined ? null : path.resolve(root),
      });
      const clean = isClean(findings);
      printResult(json === true, { host, ok: clean, findings }, checkText(findings, all === true));
      if (!clean) process.exitCode = 1;
    });

  noun
    .command('upgrade')
    .description(
      'on a host: let another build take the place of the one in use, while ships that began on it go on with it; docs/upgrade.md',
    )
    .argument('[bundle]', 'archive with its .sha256 beside it, unpacked folder, or a build that lies here')
    .requiredOption('--config <file>', 'the hosts, as JSON')
    .requiredOption('--host <name>', 'which of them this machine is')
    .option('--back', 'to the build before')
    .option(
      '--status',
      'which builds lie here, which is used, and which ships hold the others; 1 where an upgrade was cut',
    )
    .option('--finish', 'end the workers of builds that no ship needs any more, and remove those builds')
    .option('--force', 'although the bridge is not flat, hours are regular, Node is another or formats go back')
    .option('--json', 'print one JSON object')
    .exitOverride()
    .action((bundle: string | undefined, options: UpgradeOptions) => runUpgrade(bundle, options, thisMachine));
}
