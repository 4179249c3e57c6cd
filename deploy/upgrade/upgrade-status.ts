import { factsOf } from './build-facts.js';
import { drainingBuilds, type UpgradedHost, type WorkflowUse } from './upgrade-host.js';
import { readRecord } from './upgrade-record.js';

export interface BuildStatus {
  readonly build: string;
  /** `current`: services start it. `former`: `--back` goes there. `next`: an upgrade is on its way to it. `spare`: nobody needs it. */
  readonly is: 'current' | 'former' | 'next' | 'spare';
  /** Build id of its workflows. */
  readonly workflows: string;
  /** An orchestrator's worker of this build runs beside the current one. */
  readonly drains: boolean;
  /** What Temporal says of its workflows; null where no orchestrator runs. */
  readonly use: WorkflowUse | null;
}

export interface UpgradeStatus {
  readonly program: string;
  readonly current: string;
  readonly former: string | null;
  /** The build that an upgrade that was cut is on its way to. */
  readonly underWayTo: string | null;
  readonly builds: readonly BuildStatus[];
}

/** Looks, and changes nothing. @throws Failure 'UpgradeRefused' where nothing of ours is installed */
export async function upgradeStatus(host: UpgradedHost): Promise<UpgradeStatus> {
  const { builds, services, workflows } = host;
  const current = builds.current();
  const record = readRecord(builds);
  const underWayTo = record !== null && !record.isDone ? record.to : null;
  const former = record?.from ?? null;
  const draining = await drainingBuilds(services);
  const described: BuildStatus[] = [];
  for (const build of new Set([current, ...builds.names()])) {
    const { workflows: buildId } = await factsOf(builds, build, host.nodeOf(builds.placeOf(build)));
    described.push({
      build,
      is: build === current ? 'current' : build === underWayTo ? 'next' : build === former ? 'former' : 'spare',
      workflows: buildId,
      drains: draining.includes(build),
      use: workflows === null ? null : await workflows.useOf(buildId),
    });
  }
  return { program: builds.program, current, former, underWayTo, builds: described };
}
