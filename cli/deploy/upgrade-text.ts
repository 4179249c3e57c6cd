import type { Upgraded, WorkflowUse } from '../../deploy/upgrade/upgrade-host.js';
import type { BuildStatus, UpgradeStatus } from '../../deploy/upgrade/upgrade-status.js';

const RUNS_SHOWN_MAX = 5;

export function upgradeText({ build, former, forced, drained }: Upgraded): string {
  return [
    ...forced.map((reason) => `forced: ${reason}`),
    `${build} runs${former === null || former === build ? '' : `; ${former} stays for --back`}`,
    ...drained.map((one) => `${one} has no ship any more: its worker was ended`),
    '  -> `believe deploy plan` and `believe deploy check` of the new build say whether it needs anything else of this host',
  ].join('\n');
}

export function finishText(drained: readonly string[]): string {
  return drained.length === 0
    ? 'nothing has drained since; --status says which ships hold what'
    : drained.map((build) => `${build} has no ship any more: its worker was ended`).join('\n');
}

export function statusText({ program, current, underWayTo, builds }: UpgradeStatus): string {
  return [
    `${program} is ${current}`,
    ...builds.map((one) => `${one.is.padEnd(8)} ${one.build}  workflows ${one.workflows}${useText(one)}`),
    ...(underWayTo === null
      ? []
      : [`  -> the way to ${underWayTo} is not at its end: the same command again, or --back`]),
  ].join('\n');
}

const STATES: Readonly<Record<WorkflowUse['state'], string>> = {
  ...{
    current: 'new ships start on it',
    draining: 'ships are left on it',
    drained: 'drained',
    unused: 'no ship began on it',
  },
};

function useText({ drains, use }: BuildStatus): string {
  if (use === null) return '';
  const { state, runs } = use;
  const more = runs.length > RUNS_SHOWN_MAX ? ` and ${runs.length - RUNS_SHOWN_MAX} more` : '';
  const held = runs.length === 0 ? 'no run' : `${runs.slice(0, RUNS_SHOWN_MAX).join(', ')}${more}`;
  return `: ${STATES[state]}${drains ? ', its worker runs beside' : ''}; ${held}`;
}
