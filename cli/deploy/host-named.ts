import type { DeployFile, DeployHost } from '../../deploy/plan/deploy-file.js';
import { UsageFailure } from '../../shared/failure.js';

/** @throws UsageFailure naming the hosts that there are */
export function hostNamed({ hosts }: DeployFile, name: string, source: string): DeployHost {
  const found = hosts.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw new UsageFailure(`${source} names no host ${name}`, `one of ${hosts.map((one) => one.name).join(', ')}`);
}
