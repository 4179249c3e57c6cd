import { type Finding, isClean } from '../../deploy/check/finding.js';
import type { DeployFile } from '../../deploy/plan/deploy-file.js';
import { peersOf } from '../../deploy/plan/flows.js';
import type { WrittenPlan } from '../../deploy/plan/write-plan.js';

/** A line a host, and what the plan still waits for. */
export function planText({ folder, hosts }: WrittenPlan, file: DeployFile): string {
  const lines = hosts.map(({ name, files }) => `${name.padEnd(16)} ${files.length} files in ${folder}/${name}`);
  const waits = file.hosts.filter((host) => host.publicKey === undefined && peersOf(file, host).length > 0);
  const next =
    waits.length === 0
      ? []
      : [
          `  -> ${waits.map(({ name }) => name).join(', ')}: publicKey is not known yet; the installation there prints it`,
        ];
  return [...lines, ...next].join('\n');
}

/** What is not as it should be, each with its reason and fix; with `all` the rest too, a line each. */
export function checkText(findings: readonly Finding[], all: boolean): string {
  const count = (state: Finding['state']) => findings.filter((one) => one.state === state).length;
  const faults = findings.filter(({ state }) => state !== 'ok' && state !== 'unknown');
  const rest = findings.filter(({ state }) => (state === 'ok' && all) || state === 'unknown');
  const lines = [
    ...rest.map(({ state, item, found }) => `${state.padEnd(8)} ${item}: ${found}`),
    ...faults.flatMap(({ state, item, found, expected, why, fix }) => [
      `${state.toUpperCase().padEnd(8)} ${item}`,
      `           found    ${found}`,
      `           expected ${expected}`,
      `           why      ${why}`,
      `           -> ${fix}`,
    ]),
  ];
  const sum = `${count('ok')} ok, ${faults.length} not as planned, ${count('unknown')} not looked at`;
  return [...lines, isClean(findings) ? `as planned: ${sum}` : sum].join('\n');
}
