import type { Command } from 'commander';
import { isPortFree, isReachable } from '../../setup/port-state.js';
import type { Prerequisite } from '../../setup/prerequisite.js';
import { listPrerequisites } from '../../setup/prerequisites.js';
import { type Config, showsPage } from '../../shared/config/config.js';
import { Failure } from '../../shared/failure.js';
import { loadHomeConfig } from '../../shared/node/config/home-config.js';
import { loadConfig } from '../../shared/node/config/load-config.js';
import { PidFile } from '../../stack/pid-file.js';
import { servesCodec } from '../../temporal/payload-encryption.js';
import { printResult } from '../output.js';

interface DoctorOptions {
  json?: boolean;
  home?: string;
  config?: string;
}

/** `believe doctor`: what is installed, missing or unreachable, with the fix; exit code 1 where a required thing is missing. */
export function register(noun: Command): void {
  noun
    .option('--json', 'one JSON object on stdout')
    .option('--home <dir>', 'home folder of a stack whose ports and addresses are looked at')
    .option('--config <file>', 'configuration whose ports and addresses are looked at')
    .addHelpText('after', '\nObtains and changes nothing. Exit code 1 where something required is missing.')
    .action(async (options: DoctorOptions) => {
      const items = [...(await listPrerequisites()), ...(await configured(options))].map(withFixIfNeeded);
      const ok = items.every((item) => item.found || item.needed === 'optional');
      printResult(options.json === true, { ok, items }, table(items));
      if (!ok) process.exitCode = 1;
    });
}

function withFixIfNeeded({ fix, ...item }: Prerequisite): Prerequisite {
  const isFine = item.found && item.warning === undefined;
  return isFine || fix === undefined ? item : { ...item, fix };
}

/** What the configuration asks of this machine and of others. */
async function configured({ home, config: file }: DoctorOptions): Promise<Prerequisite[]> {
  let config: Config;
  try {
    config = home === undefined ? loadConfig({ file }) : loadHomeConfig({ home, file });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const problem = { warning: error.message, ...(error.fix === undefined ? {} : { fix: error.fix }) };
    return [{ name: 'configuration', needed: 'required', found: false, ...problem }];
  }
  const { temporal, gateway, rsync, metrics, watch } = config;
  const stackPid = new PidFile(config.home, 'up').running();
  const port = (field: string, number: number) => portState(field, number, stackPid);
  const temporalAddress = new URL(`tcp://${temporal.address}`);
  return Promise.all([
    ...(temporal.embedded
      ? [port('temporal.port', temporal.port), port('temporal.uiPort', temporal.uiPort)]
      : [remote('temporal.address', temporalAddress.hostname, Number(temporalAddress.port))]),
    ...(servesCodec(config) ? [port('temporal.encryption.serverPort', temporal.encryption.serverPort)] : []),
    gateway.embedded ? port('gateway.port', gateway.port) : remote('gateway.host', gateway.host, gateway.port),
    port('rsync.port', rsync.port),
    ...(watch.enabled && watch.pagePort > 0 ? [port('watch.pagePort', watch.pagePort)] : []),
    ...(showsPage(config) ? [port('public.pagePort', config.public.pagePort)] : []),
    ...Object.entries(metrics).flatMap(([name, number]) => (number === 0 ? [] : [port(`metrics.${name}`, number)])),
  ]);
}

/** Optional, because another set-up may hold it and be stopped. @param stackPid of the set-up of this home, which holds its own ports */
async function portState(field: string, number: number, stackPid: number | null): Promise<Prerequisite> {
  const isFree = await isPortFree(number);
  const source = isFree ? 'free' : stackPid === null ? 'taken' : `taken while this set-up runs, pid ${stackPid}`;
  const fix = `stop what listens on port ${number} (a running believe up does), or set ${field} to a free port`;
  return { name: field, needed: 'optional', found: isFree || stackPid !== null, version: String(number), source, fix };
}

async function remote(field: string, host: string, number: number): Promise<Prerequisite> {
  const found = await isReachable(host, number);
  const fix = `start it, open the tunnel to it, or correct ${field}`;
  const source = found ? 'reachable' : 'unreachable';
  return { name: field, needed: 'required', found, version: `${host}:${number}`, source, fix };
}

function table(items: readonly Prerequisite[]): string {
  const nameWidth = Math.max(...items.map((item) => item.name.length));
  const versionWidth = Math.max(...items.map((item) => item.version?.length ?? 0));
  return items
    .flatMap((item) => {
      const where = [item.path, item.source && `(${item.source})`].filter(Boolean).join(' ');
      const line = [state(item), item.name.padEnd(nameWidth), (item.version ?? '').padEnd(versionWidth), where];
      const notes = [
        ...(item.warning === undefined ? [] : [`        ${item.warning}`]),
        ...(item.fix === undefined ? [] : [`        -> ${item.fix}`]),
      ];
      return [line.join('  ').trimEnd(), ...notes];
    })
    .join('\n');
}

function state(item: Prerequisite): string {
  if (item.found) return item.warning === undefined ? 'ok    ' : 'note  ';
  return item.needed === 'required' ? 'FAILED' : 'no    ';
}
