import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { signerAddress } from '../../../research/signer/signer-address.js';
import { runCommand } from '../../../setup/run-command.js';
import { type DeployHost, homeOf, nodeOf, programOf } from '../../plan/deploy-file.js';
import type { HostNeeds } from '../../plan/host-needs.js';
import { Accounts } from '../accounts.js';
import { differs, type Finding, notTried, ok } from '../finding.js';
import {
  type SandboxAnswer,
  type SandboxPlan,
  type SandboxTries,
  sandboxPlans,
  sandboxTries,
} from './sandbox-tries.js';

const UNITS = '/run/systemd/system';
const LIMIT = { timeLimitMs: 120_000 };
const WHY = 'whoever takes over a process has what it may, and should have no more';
const KINDS = [
  ['reads', 'read'],
  ['writes', 'write into'],
  ['connects', 'connect to'],
  ['sockets', 'ask'],
] as const satisfies readonly (readonly [keyof SandboxTries, string])[];

/**
 * Has every service of a host try what it must not: as a copy of its own unit with another command, so that systemd holds it with all that it
 * holds the service with. What it may is tried as well: a try that can fail shows that it was one.
 */
export async function tryInSandboxes(needs: HostNeeds, host: DeployHost): Promise<Finding[]> {
  const item = 'services are held';
  if (!existsSync(UNITS))
    return [
      notTried(item, 'systemd does not run this machine', WHY, 'run this on the host itself, not in a container'),
    ];
  const listener = net.createServer((socket) => socket.destroy());
  const isUp = await new Promise<boolean>((resolve) => {
    listener.once('error', () => resolve(false));
    listener.listen(0, host.address, () => resolve(true));
  });
  if (!isUp)
    return [notTried(item, `${host.address} is no address of this machine`, WHY, 'bring the tunnel up, and try again')];
  const folder = mkdtempSync('/run/believe-try-');
  try {
    const { port } = listener.address() as AddressInfo;
    const socket = host.roles.includes('research') ? signerAddress(homeOf(host)) : null;
    const signer = socket !== null && existsSync(socket) ? socket : null;
    const plans = sandboxPlans(needs, {
      secrets: secretsOf(needs),
      listener: { host: host.address, port },
      signer,
    });
    await runAll(plans, folder, [nodeOf(host), `${programOf(host)}/dist/deploy/check/forbidden/sandbox-process.js`]);
    const tried = plans.flatMap((plan) => findingsOf(plan, answerOf(plan, folder)));
    const unasked = notTried('the signer is held', `nothing listens at ${socket}`, WHY, 'start it, and try again');
    return signer === socket ? tried : [...tried, unasked];
  } finally {
    listener.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Every secret file that is there, and whose it is. */
function secretsOf(needs: HostNeeds): { file: string; owner: string }[] {
  const accounts = new Accounts('/');
  const files = needs.keys
    .filter(({ isPublic }) => isPublic !== true)
    .flatMap(({ path: place, kind }) =>
      kind === 'file' ? [place] : existsSync(place) ? readdirSync(place).map((name) => path.join(place, name)) : [],
    );
  return files
    .map((file) => ({ file, stat: lstatSync(file, { throwIfNoEntry: false }) }))
    .filter(({ stat }) => stat?.isFile() === true)
    .map(({ file, stat }) => ({ file, owner: accounts.userName(stat!.uid) }));
}

async function runAll(plans: readonly SandboxPlan[], folder: string, command: readonly string[]): Promise<void> {
  const units = plans.map(({ service }) => tryUnit(service.name));
  try {
    for (const { service, tries } of plans) {
      writeFileSync(path.join(folder, `${service.name}.in`), JSON.stringify(tries));
      const text = readFileSync(`/etc/systemd/system/${service.name}.service`, 'utf8');
      writeFileSync(path.join(UNITS, tryUnit(service.name)), copyOf(text, command, path.join(folder, service.name)));
    }
    await runCommand('systemctl', ['daemon-reload'], LIMIT);
    await runCommand('systemctl', ['start', ...units], LIMIT);
  } finally {
    for (const unit of units) rmSync(path.join(UNITS, unit), { force: true });
    await runCommand('systemctl', ['daemon-reload'], LIMIT);
    await runCommand('systemctl', ['reset-failed', ...units], LIMIT);
  }
}

const tryUnit = (service: string): string => `believe-try-${service.replace(/^believe-/, '')}.service`;

/** @param at its input and output, without their endings: opened by systemd, before anything is closed to the service */
function copyOf(unit: string, command: readonly string[], at: string): string {
  const kept = unit
    .replace(/^\[Install\][\s\S]*$/m, '')
    .split('\n')
    .filter((line) => !/^(Type|ExecStart|Restart|RestartSec|StartLimitIntervalSec|SyslogIdentifier)=/.test(line));
  const own = [
    'Type=oneshot',
    `ExecStart=${command.join(' ')}`,
    `StandardInput=file:${at}.in`,
    `StandardOutput=truncate:${at}.out`,
  ];
  return `${kept.join('\n').replace('[Service]', ['[Service]', ...own].join('\n'))}\n`;
}

function answerOf({ service }: SandboxPlan, folder: string): SandboxAnswer | null {
  try {
    return sandboxTries.parse(JSON.parse(readFileSync(path.join(folder, `${service.name}.out`), 'utf8')));
  } catch {
    return null;
  }
}

/** @param could what of it could be done; null: its process gave no answer */
export function findingsOf({ service, tries, may }: SandboxPlan, could: SandboxAnswer | null): Finding[] {
  const { name } = service;
  if (could === null)
    return [notTried(`${name} is held`, 'its try did not end', service.why, `see journalctl -u ${tryUnit(name)}`)];
  const wrong = KINDS.flatMap(([kind, verb]) => {
    const [tried, allowed, done] = [tries[kind].map(said), may[kind].map(said), could[kind].map(said)];
    return tried
      .filter((one) => allowed.includes(one) !== done.includes(one))
      .map((one) =>
        differs({
          item: `${name}: ${verb} ${one}`,
          found: done.includes(one) ? 'IT WAS DONE' : 'refused',
          expected: done.includes(one) ? 'refused' : 'done',
          why: done.includes(one) ? WHY : 'it needs that, or this check shows nothing',
          fix: 'find out what differs from the plan: run install.sh again, then this once more',
        }),
      );
  });
  if (wrong.length > 0) return wrong;
  const counted = KINDS.map(([kind, verb]) => `${verb} ${tries[kind].length - may[kind].length}`).join(', ');
  const allowed = KINDS.reduce((sum, [kind]) => sum + may[kind].length, 0);
  return [ok(`${name} is held`, `refused: ${counted}; done, as it may: ${allowed}`, service.why)];
}

const said = (one: string | { host: string; port: number }): string =>
  typeof one === 'string' ? one : `${one.host} (this host)`;
