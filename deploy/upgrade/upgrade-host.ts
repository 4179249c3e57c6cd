import { rmSync } from 'node:fs';
import { Failure } from '../../shared/failure.js';
import { type BuildFacts, factsFile, factsOf } from './build-facts.js';
import { type Builds, refused } from './builds.js';
import { formatsBackwards } from './formats.js';
import { drainingBuild, drainingService, type HostServices, ORCHESTRATOR } from './host-services.js';
import { nodeRefusals } from './node-of-build.js';
import { placeBuild, verifyBuild } from './place-build.js';
import { readRecord, type UpgradeRecord, writeRecord } from './upgrade-record.js';

/** Runs of a build of the workflows, by the server's word. */
export interface WorkflowUse {
  readonly state: 'current' | 'draining' | 'drained' | 'unused';
  readonly runs: readonly string[];
}

/** What an upgrade asks of the Temporal server. */
export interface WorkflowBuilds {
  /** Lets new runs start on a build, once a worker of it asks for work. */
  makeCurrent(buildId: string): Promise<void>;
  useOf(buildId: string): Promise<WorkflowUse>;
}

/** A host, and what stands between it and an upgrade. */
export interface UpgradedHost {
  readonly builds: Builds;
  /** The Node that services start a build with, by the folder of that build. */
  readonly nodeOf: (folder: string) => string;
  readonly services: HostServices;
  /** Services that run a build, in the order in which they get the new one. */
  readonly restarts: readonly string[];
  /** Null where no orchestrator runs. */
  readonly workflows: WorkflowBuilds | null;
  /** Why this host is not to be touched now. @param restarted services that have the new build already */
  readonly refusals: (restarted: readonly string[]) => readonly string[];
  /** Told of each step when it is done. */
  readonly done: (step: string) => void;
}

export interface Upgraded {
  readonly build: string;
  readonly former: string | null;
  /** What would have been a reason against it. */
  readonly forced: readonly string[];
  /** Builds whose last ship has ended since. */
  readonly drained: readonly string[];
}

/** @throws Failure 'BundleDamaged', 'UpgradeRefused', 'UpgradeStuck' */
export async function upgradeHost(host: UpgradedHost, source: string, force: boolean): Promise<Upgraded> {
  const current = host.builds.current();
  const to = await placeBuild(source, host.builds);
  host.done(`verified ${to}`);
  const record = readRecord(host.builds);
  if (record !== null && !record.isDone && (record.to !== to || record.direction === 'back'))
    throw refused(
      `the way to ${record.to} is not at its end`,
      `end it by the same command, or go back with --back, before another one`,
    );
  if (record !== null && !record.isDone) return await goOn(host, record, force);
  if (current === to) return await rest(host, []);
  return await begin(host, { from: current, to, direction: 'forward' }, force);
}

/** To the build before, which stays for that until the upgrade after. @throws as `upgradeHost` */
export async function goBack(host: UpgradedHost, force: boolean): Promise<Upgraded> {
  host.builds.current();
  const record = readRecord(host.builds);
  if (record === null) throw refused('nothing was upgraded here', 'name a bundle: docs/upgrade.md');
  if (record.direction === 'back') return record.isDone ? await rest(host, []) : await goOn(host, record, force);
  const { from, to } = record;
  if (!host.builds.has(from)) throw refused(`${from} is not there any more`, 'name a bundle of it instead of --back');
  await verifyBuild(host.builds.pathOf(from));
  host.done(`verified ${from}`);
  return await begin(host, { from: to, to: from, direction: 'back' }, force);
}

async function begin(
  host: UpgradedHost,
  way: Pick<UpgradeRecord, 'from' | 'to' | 'direction'>,
  force: boolean,
): Promise<Upgraded> {
  const [from, to] = [host.builds.placeOf(way.from), host.builds.placeOf(way.to)];
  const against = [...(await nodeRefusals(to, host.nodeOf(to))), ...formatsBackwards(from, to), ...host.refusals([])];
  requireForce(against, force);
  // Before anything changes: both must say what they are.
  for (const build of [way.from, way.to]) await factsOf(host.builds, build, host.nodeOf(host.builds.placeOf(build)));
  host.done('asked');
  host.builds.adopt();
  host.done('side by side');
  const record: UpgradeRecord = { v: 1, ...way, restarted: [], isDone: false };
  writeRecord(host.builds, record);
  host.done('begun');
  return await move(host, record, against);
}

async function goOn(host: UpgradedHost, record: UpgradeRecord, force: boolean): Promise<Upgraded> {
  const against = host.refusals(record.restarted);
  requireForce(against, force);
  return await move(host, record, against);
}

function requireForce(against: readonly string[], force: boolean): void {
  if (against.length > 0 && !force)
    throw refused(against.join('; '), 'wait or mend it; --force where you know better (docs/upgrade.md)');
}

/** Each step may be done again: what was cut goes on from the record. */
async function move(host: UpgradedHost, record: UpgradeRecord, forced: readonly string[]): Promise<Upgraded> {
  const { builds, services, workflows } = host;
  const [from, to] = [await facts(host, record.from), await facts(host, record.to)];
  if (workflows !== null && from.workflows !== to.workflows) {
    await services.keep(drainingService(record.from));
    host.done(`${record.from} goes on with its ships`);
  }
  if (builds.current() !== record.to) builds.pointTo(record.to);
  host.done('switched');
  let reached = record;
  for (const service of host.restarts.filter((one) => !record.restarted.includes(one))) {
    await services.restart(service);
    host.done(`restarted ${service}`);
    reached = { ...reached, restarted: [...reached.restarted, service] };
    writeRecord(builds, reached);
  }
  if (workflows !== null) {
    await stillRuns(services);
    await workflows.makeCurrent(to.workflows);
    host.done('current');
  }
  writeRecord(builds, { ...reached, isDone: true });
  host.done('done');
  return await rest(host, forced);
}

async function stillRuns(services: HostServices): Promise<void> {
  if ((await services.running()).includes(ORCHESTRATOR)) return;
  throw new Failure(
    'UpgradeStuck',
    `${ORCHESTRATOR} does not run on the new build`,
    `see journalctl -u ${ORCHESTRATOR}, then the same command again, or --back`,
  );
}

async function rest(host: UpgradedHost, forced: readonly string[]): Promise<Upgraded> {
  const drained = await endDrained(host);
  const record = readRecord(host.builds);
  return { build: host.builds.current(), former: record?.from ?? null, forced, drained };
}

/**
 * Ends the workers of builds that no run needs any more, and removes builds that nobody goes back to.
 * @returns builds whose worker was ended
 */
export async function endDrained(host: UpgradedHost): Promise<string[]> {
  const { builds, services, workflows } = host;
  const record = readRecord(builds);
  if (record === null || !record.isDone) return [];
  const current = builds.current();
  const needed = new Set([current, record.from]);
  const ended: string[] = [];
  for (const build of await drainingBuilds(services)) {
    if (workflows !== null && !(await isOver(host, workflows, build, current))) needed.add(build);
    else {
      await services.end(drainingService(build));
      ended.push(build);
      host.done(`ended ${build}`);
    }
  }
  for (const build of builds.names().filter((one) => !needed.has(one))) {
    rmSync(factsFile(builds, build), { force: true });
    builds.remove(build);
    host.done(`removed ${build}`);
  }
  return ended;
}

export async function drainingBuilds(services: HostServices): Promise<string[]> {
  return (await services.running()).map(drainingBuild).filter((build) => build !== null);
}

/** By the server's account, and by the list of runs: one of them alone is behind for a moment. */
async function isOver(host: UpgradedHost, workflows: WorkflowBuilds, build: string, current: string): Promise<boolean> {
  const [old, now] = [await facts(host, build), await facts(host, current)];
  // The same workflows: the current worker goes on with its ships.
  if (old.workflows === now.workflows) return true;
  const { state, runs } = await workflows.useOf(old.workflows);
  return (state === 'drained' || state === 'unused') && runs.length === 0;
}

function facts({ builds, nodeOf }: UpgradedHost, build: string): Promise<BuildFacts> {
  return factsOf(builds, build, nodeOf(builds.placeOf(build)));
}
