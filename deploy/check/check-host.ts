import type { DeployFile, DeployHost } from '../plan/deploy-file.js';
import { linuxHost } from '../plan/linux-host.js';
import { windowsHost } from '../plan/windows-host.js';
import { type Finding, unknown } from './finding.js';
import { tryForbidden } from './forbidden/try-forbidden.js';
import { checkLinux } from './linux-check.js';
import { checkRunning } from './linux-live.js';
import { checkWindows } from './windows-check.js';
import { readWindowsState } from './windows-state.js';

/**
 * Compares a host with its plan.
 * @param ask.tries whether each forbidden thing is tried as well
 * @param ask.root a folder that stands for the machine; null looks at this machine, and at what runs on it
 * @throws BadInput; UsageFailure where this machine is of another system
 */
export async function checkHost(
  file: DeployFile,
  host: DeployHost,
  ask: { readonly source: string; readonly root: string | null; readonly tries: boolean },
): Promise<Finding[]> {
  if (host.os === 'windows') {
    const needs = windowsHost(file, host, ask.source);
    return [
      ...checkWindows(needs, ask.root, ask.root === null ? await readWindowsState(needs) : null),
      ...(ask.tries ? await tryForbidden(file, host, needs, ask.source) : []),
    ];
  }
  const needs = linuxHost(file, host, ask.source);
  const still = checkLinux(needs, ask.root ?? '/');
  if (ask.root !== null)
    return [...still, unknown('what runs', `${ask.root} is a folder`, 'units, rules and clock are those of a machine')];
  return [
    ...still,
    ...(await checkRunning(needs, file.tunnel.interface)),
    ...(ask.tries ? await tryForbidden(file, host, needs, ask.source) : []),
  ];
}
