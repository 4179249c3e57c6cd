import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import {
  type DeployFile,
  type DeployHost,
  nodeOf,
  placesOn,
  programOf,
  readDeployFile,
} from '../../deploy/plan/deploy-file.js';
import type { ServiceNeed } from '../../deploy/plan/host-needs.js';
import { CONFIG_FILE } from '../../deploy/plan/linux-places.js';
import { needsOf } from '../../deploy/plan/plan-host.js';
import { settingsOf } from '../../deploy/plan/settings.js';
import { bridgeRefusals } from '../../deploy/upgrade/bridge-quiet.js';
import { Builds } from '../../deploy/upgrade/builds.js';
import { type HostServices, ORCHESTRATOR } from '../../deploy/upgrade/host-services.js';
import { systemd } from '../../deploy/upgrade/systemd.js';
import {
  endDrained,
  goBack,
  type UpgradedHost,
  upgradeHost,
  type WorkflowBuilds,
} from '../../deploy/upgrade/upgrade-host.js';
import { upgradeStatus } from '../../deploy/upgrade/upgrade-status.js';
import { windowsServices } from '../../deploy/upgrade/windows-services.js';
import { Failure, UsageFailure } from '../../shared/failure.js';
import { loadHomeConfig } from '../../shared/node/config/home-config.js';
import { lockFile } from '../../shared/node/disk/file-lock.js';
import { connectClient } from '../../temporal/client.js';
import { isPolled, makeCurrent, useOfBuild } from '../../temporal/deployment.js';
import { serverAddress } from '../../temporal/server-address.js';
import { printResult, say } from '../output.js';
import { hostNamed } from './host-named.js';
import { finishText, statusText, upgradeText } from './upgrade-text.js';

export interface UpgradeOptions {
  readonly config: string;
  readonly host: string;
  readonly back?: boolean;
  readonly status?: boolean;
  readonly finish?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** The machine that is upgraded. */
export interface UpgradeMachine {
  readonly services: (host: DeployHost) => HostServices;
  /** Settings by which the server of Temporal is reached. */
  readonly settingsFile: string;
  readonly done: (step: string) => void;
}

export const thisMachine: UpgradeMachine = {
  services: ({ os, name }) => {
    if ((os === 'windows') !== (process.platform === 'win32'))
      throw new UsageFailure(`${name} is a ${os} host, and this machine is none`, 'run it on that host');
    return os === 'windows' ? windowsServices() : systemd();
  },
  settingsFile: CONFIG_FILE,
  done: say,
};

const BRIDGE = 'believe-bridge';

/** A worker asks for work within a second or two; a server that was just started takes longer. */
const POLLED_WITHIN_MS = 120_000;
/** A request for work waits a minute on the server, which notes when it began. */
const POLL_LASTS_MS = 70_000;

export async function runUpgrade(
  bundle: string | undefined,
  options: UpgradeOptions,
  machine: UpgradeMachine,
): Promise<void> {
  const { back = false, status = false, finish = false, force = false } = options;
  if ([bundle !== undefined, back, status, finish].filter(Boolean).length !== 1)
    throw new UsageFailure('it is not said what to do', 'name a bundle, or one of --back, --status and --finish');
  const file = readDeployFile(options.config);
  await withHost(file, hostNamed(file, options.host, options.config), options.config, machine, async (host) => {
    const json = options.json === true;
    if (status) {
      const found = await upgradeStatus(host);
      if (found.underWayTo !== null) process.exitCode = 1;
      return printResult(json, found, statusText(found));
    }
    await alone(host.builds, async () => {
      if (finish) {
        const drained = await endDrained(host);
        return printResult(json, { drained }, finishText(drained));
      }
      const done = back ? await goBack(host, force) : await upgradeHost(host, path.resolve(bundle!), force);
      printResult(json, done, upgradeText(done));
    });
  });
}

async function withHost(
  file: DeployFile,
  host: DeployHost,
  source: string,
  { services: servicesOf, settingsFile, done }: UpgradeMachine,
  work: (host: UpgradedHost) => Promise<void>,
): Promise<void> {
  const services = servicesOf(host);
  const { config } = settingsOf(file, host, source);
  const program = programOf(host);
  const own = needsOf(file, host, source).services.filter((service) => isOfProgram(service, program));
  const hasOrchestrator = own.some(({ name }) => name === ORCHESTRATOR);
  const client = hasOrchestrator ? await operatorsClient(settingsFile) : null;
  try {
    await work({
      ...{ builds: new Builds(program), services, done },
      nodeOf: (folder) => inFolder(nodeOf(host), program, folder),
      restarts: restartsOf(own),
      workflows: client === null ? null : workflowBuilds(client),
      refusals: (restarted) =>
        host.roles.includes('broker') && !restarted.includes(BRIDGE)
          ? bridgeRefusals(placesOn(host).broker.status, config.instrument.localSymbol, Date.now())
          : [],
    });
  } finally {
    await client?.connection.close();
  }
}

/** What runs once a day takes the new build by itself. */
const isOfProgram = ({ command, daily }: ServiceNeed, program: string): boolean =>
  daily === null && command.some((word) => inFolder(word, program, '') !== word);

/** New ships begin only when every step of theirs is answered by the new build: the orchestrator comes last. */
function restartsOf(services: readonly ServiceNeed[]): string[] {
  const names = services.map(({ name }) => name);
  return [...names.filter((name) => name !== ORCHESTRATOR), ...names.filter((name) => name === ORCHESTRATOR)];
}

/** The same file of another build. */
function inFolder(file: string, program: string, folder: string): string {
  const isWithin = file.startsWith(`${program}/`) || file.startsWith(`${program}\\`);
  return isWithin ? `${folder}${file.slice(program.length)}` : file;
}

/** Which build is current is an operator's to say. */
async function operatorsClient(settingsFile: string): Promise<Client> {
  const config = loadHomeConfig({ file: settingsFile });
  const { tls } = config.temporal;
  if (tls !== null && !existsSync(tls.certFile))
    throw new Failure(
      'NoCertificate',
      `there is no ${tls.certFile}: which build new ships start on is an operator's to say`,
      'name his certificate and key in BELIEVE_TEMPORAL_TLS_CERT_FILE and BELIEVE_TEMPORAL_TLS_KEY_FILE',
    );
  return await connectClient(serverAddress(config));
}

function workflowBuilds(client: Client): WorkflowBuilds {
  return {
    useOf: (buildId) => useOfBuild(client, buildId),
    makeCurrent: async (buildId) => {
      const beganMs = Date.now();
      while (!(await isPolled(client, buildId, beganMs - POLL_LASTS_MS))) {
        if (Date.now() - beganMs > POLLED_WITHIN_MS)
          throw new Failure(
            'UpgradeStuck',
            `no worker of the workflows ${buildId} has asked for work`,
            `see journalctl -u ${ORCHESTRATOR}; then the same command again, or --back`,
          );
        await pause(250);
      }
      await makeCurrent(client, buildId);
    },
  };
}

/** Of two upgrades at once one would take away what the other has just put there. @throws Failure 'UpgradeBusy' */
async function alone(builds: Builds, work: () => Promise<void>): Promise<void> {
  builds.openFolder();
  const lock = await lockFile(path.join(builds.folder, '.lock'));
  if (lock === null) throw new Failure('UpgradeBusy', `another upgrade of ${builds.program} runs`, 'wait for it');
  try {
    await work();
  } finally {
    lock.release();
  }
}
