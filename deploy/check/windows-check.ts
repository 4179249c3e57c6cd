import { existsSync } from 'node:fs';
import path from 'node:path';
import type { FolderNeed, KeyNeed, ServiceNeed } from '../plan/host-needs.js';
import type { WindowsNeeds, WindowsRule } from '../plan/windows-host.js';
import type { RegistryNeed } from '../plan/windows-registry.js';
import { checkContent } from './content.js';
import { differs, extra, type Finding, missing, ok, unknown } from './finding.js';
import type { WindowsState } from './windows-state.js';

const AGAIN = 'run install.ps1 of this host again';

/**
 * Compares a Windows machine with its plan. @param root a folder that stands for it, with `C` in it; null is the machine
 * @param state what PowerShell told of it; null where it was not asked
 */
export function checkWindows(needs: WindowsNeeds, root: string | null, state: WindowsState | null): Finding[] {
  const at = (place: string) => (root === null ? place : path.join(root, ...place.replace(':', '').split('\\')));
  const still = [
    ...needs.files.map((file) => checkContent(file, at(file.path), AGAIN)),
    ...needs.keys.map((key) => checkKey(key, at(key.path))),
  ];
  if (state === null)
    return [
      ...still,
      unknown(
        'services, rights, registry, firewall, Defender, clock',
        'PowerShell was not asked',
        'they are those of a machine',
      ),
    ];
  return [
    ...still,
    ...needs.services.map((service) => checkService(service, state)),
    ...needs.folders.map((folder) => checkFolder(folder, state)),
    ...needs.registry.map((value) => checkValue(value, state)),
    ...needs.firewall.map((rule) => checkRule(rule, state)),
    ...needs.unscanned.map(({ path: folder, why }) =>
      state.exclusions.some((one) => same(one, folder))
        ? ok(`Defender leaves out ${folder}`, 'yes', why)
        : missing({
            item: `Defender leaves out ${folder}`,
            expected: 'yes',
            why,
            fix: `Add-MpPreference -ExclusionPath '${folder}'`,
          }),
    ),
    ...checkForeign(needs, state),
    ...checkMachine(state),
  ];
}

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

function checkKey({ path: place, why, madeBy }: KeyNeed, at: string): Finding {
  const item = `key ${place}`;
  return existsSync(at) ? ok(item, 'there', why) : missing({ item, expected: 'there', why, fix: madeBy });
}

function checkService({ name, user, why }: ServiceNeed, { services }: WindowsState): Finding {
  const item = `service ${name}`;
  const expected = `Running, Auto, as ${user}`;
  const found = services.find((one) => same(one.name, name));
  if (found === undefined) return missing({ item, expected, why, fix: AGAIN });
  const shown = `${found.state}, ${found.startMode}, as ${found.account}`;
  if (same(shown, expected)) return ok(item, shown, why);
  const fix = same(found.account, user) ? `Start-Service ${name}; see the end of its log` : AGAIN;
  return differs({ item, found: shown, expected, why, fix });
}

/** Services of our name that no plan has. */
function checkForeign(needs: WindowsNeeds, { services }: WindowsState): Finding[] {
  return services
    .filter(({ name }) => /^believe-/i.test(name) && !needs.services.some((one) => same(one.name, name)))
    .map(({ name, state }) =>
      extra({
        item: `service ${name}`,
        found: state,
        why: 'a process that is in no plan is watched by nobody',
        fix: `Stop-Service ${name}; sc.exe delete ${name}`,
      }),
    );
}

/** Who has more than the plan gives matters as much as who has less. */
function checkFolder({ path: folder, rights, why }: FolderNeed, { folders }: WindowsState): Finding {
  const item = `folder ${folder}`;
  const expected = rights.map(({ who, right }) => `${who}:${right}`).sort();
  const found = folders.find((one) => same(one.path, folder));
  if (found === undefined) return missing({ item, expected: expected.join(', '), why, fix: AGAIN });
  const shown = found.rights
    .map(({ who, right, isInherited }) => `${who}:${right}${isInherited ? ' (inherited)' : ''}`)
    .sort();
  const isSame = shown.length === expected.length && shown.every((one, at) => same(one, expected[at]!));
  if (isSame) return ok(item, shown.join(', '), why);
  return differs({
    item,
    found: shown.join(', '),
    expected: expected.join(', '),
    why,
    fix: `icacls "${folder}" shows it; ${AGAIN}`,
  });
}

function checkValue({ key, name, value, why }: RegistryNeed, { registry }: WindowsState): Finding {
  const item = `registry HKLM\\${key}\\${name}`;
  const found = registry.find((one) => same(one.key, key) && same(one.name, name))?.value ?? null;
  if (found === value) return ok(item, String(found), why);
  const told = { item, expected: String(value), why, fix: 'reg import settings.reg, of the folder of the services' };
  return found === null ? missing(told) : differs({ ...told, found: String(found) });
}

function checkRule(rule: WindowsRule, { firewall }: WindowsState): Finding {
  const item = `firewall rule "${rule.name}"`;
  const expected = `${rule.action}, port ${rule.localPort ?? 'Any'}, here ${rule.localAddress ?? 'Any'}, from ${addresses(rule.remoteAddresses)}`;
  const found = firewall.find((one) => same(one.name, rule.name));
  if (found === undefined) return missing({ item, expected, why: rule.why, fix: AGAIN });
  const shown = `${found.action}, port ${found.localPort}, here ${found.localAddress}, from ${addresses(found.remoteAddresses)}${found.isEnabled ? '' : ', switched off'}`;
  return same(shown, expected)
    ? ok(item, shown, rule.why)
    : differs({ item, found: shown, expected, why: rule.why, fix: AGAIN });
}

const addresses = (all: readonly string[]): string =>
  all.length === 0 ? 'Any' : [...all].map(withBits).sort().join(' ');

/** Windows writes 192.0.2.0/24 as 192.0.2.0/255.255.255.0. */
function withBits(address: string): string {
  const [base, mask] = address.split('/') as [string, string | undefined];
  if (mask === undefined || !mask.includes('.')) return address;
  const bits = mask.split('.').map((part) => Number(part).toString(2).replaceAll('0', '').length);
  return `${base}/${bits.reduce((sum, one) => sum + one, 0)}`;
}

function checkMachine({ machine }: WindowsState): Finding[] {
  const rows = [
    [
      'firewall is on',
      machine.firewallOn,
      'what no rule lets in must be dropped',
      'Set-NetFirewallProfile -All -Enabled True',
    ],
    [
      'Defender watches',
      machine.defenderOn,
      'what is left out is only what our processes write',
      'Set-MpPreference -DisableRealtimeMonitoring $false',
    ],
    ['the machine never sleeps', machine.standbySeconds === 0, 'a machine that sleeps does not trade', AGAIN],
    [
      'the clock is synchronised',
      machine.timeSource !== null && !/Local CMOS|Free-running/i.test(machine.timeSource),
      'captures are compared by it, and releases expire by it',
      'w32tm /query /status; w32tm /resync',
    ],
    [
      'no restart is pending',
      !machine.restartPending,
      'an update waits for a restart: choose its moment',
      'restart while the market is closed',
    ],
  ] as const;
  return rows.map(([item, holds, why, fix]) =>
    holds ? ok(item, 'yes', why) : differs({ item, found: 'no', expected: 'yes', why, fix }),
  );
}
