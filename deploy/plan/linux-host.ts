import { rsyncdConf } from '../../shared/contract/rsyncd-conf.js';
import { type DeployFile, type DeployHost, homeOf, placesOn } from './deploy-file.js';
import { peersOf } from './flows.js';
import { hostFirewall } from './host-firewall.js';
import type { FileNeed, ForeignUnit, HostNeeds, ServiceNeed } from './host-needs.js';
import { sysusersConf, tmpfilesConf } from './linux-accounts.js';
import { linuxFolders, linuxForeignKeys, linuxGroups, linuxHanded, linuxKeys, linuxUsers } from './linux-folders.js';
import { CONFIG_FILE } from './linux-places.js';
import { drainingOrchestrator, linuxServices } from './linux-services.js';
import { chronyConf, IBC_OWN_LINES, ibcSettings, journaldConf, logrotateConf } from './machine-settings.js';
import { type HostSettings, settingsOf } from './settings.js';
import { firewallUnit, serviceUnit, timerUnit } from './systemd-unit.js';
import { postgresUnit, temporalFiles } from './temporal-host.js';
import { tunnelConf } from './tunnel-conf.js';

/** All that a Linux host needs. @param source name of the file, for what is said of it @throws BadInput */
export function linuxHost(file: DeployFile, host: DeployHost, source: string): HostNeeds {
  const settings = settingsOf(file, host, source);
  const services = linuxServices(file, host, settings.config);
  const users = linuxUsers(host, services);
  const keys = linuxKeys(file, host, services);
  const base = {
    ...{ host: host.name, os: 'linux' as const, users, groups: linuxGroups(users), services },
    folders: linuxFolders(host, settings.config, services),
    keys,
    foreignKeys: linuxForeignKeys(host, keys),
    handed: linuxHanded(host),
    foreignUnits: foreignUnits(file, host),
  };
  const orchestrator = services.find(({ name }) => name === 'believe-orchestrator');
  const units = [...services, ...(orchestrator === undefined ? [] : [drainingOrchestrator(host, orchestrator)])];
  const plain = [...machineFiles(file, host), ...settingsFiles(file, host, settings), ...unitFiles(units, users)];
  const accounts = [
    root('/etc/sysusers.d/believe.conf', sysusersConf(base), 'users and groups'),
    root(
      '/etc/tmpfiles.d/believe.conf',
      tmpfilesConf({ ...base, files: plain }),
      'folders and their rights, set again at each start',
    ),
  ];
  return { ...base, files: [...plain, ...accounts].sort((one, other) => (one.path < other.path ? -1 : 1)) };
}

function root(path: string, content: string, why: string, mode = '0644'): FileNeed {
  return { path, owner: 'root', group: 'root', mode, content, why };
}

function machineFiles(file: DeployFile, host: DeployHost): FileNeed[] {
  const hasTunnel = peersOf(file, host).length > 0;
  return [
    root(
      '/etc/believe/firewall.nft',
      hostFirewall(file, host),
      'what may come in, and what may leave through the tunnel',
    ),
    root('/etc/systemd/system/believe-firewall.service', firewallUnit(), 'loads the rules before there is a network'),
    root(
      '/etc/chrony/conf.d/believe.conf',
      chronyConf(file),
      'the clock: captures are compared by it, and releases expire by it',
    ),
    root(
      '/etc/systemd/journald.conf.d/believe.conf',
      journaldConf(host),
      'what the services say is kept, and never fills the disk',
    ),
    ...(hasTunnel
      ? [
          root(
            `/etc/wireguard/${file.tunnel.interface}.conf`,
            tunnelConf(file, host),
            'the tunnel to the other hosts',
            '0600',
          ),
        ]
      : []),
  ];
}

function settingsFiles(file: DeployFile, host: DeployHost, { written }: HostSettings): FileNeed[] {
  const home = homeOf(host);
  return [
    root(CONFIG_FILE, `${JSON.stringify(written, null, 2)}\n`, 'settings of every process of this host'),
    root(`${home}/market-clock.json`, '{"kind":"real"}\n', 'market time is the time of this machine'),
    ...(host.roles.includes('research') ? rsyncFiles(file, host) : []),
    ...(host.roles.includes('temporal') ? temporalFiles(file, host) : []),
    ...(host.gateway?.ibc === undefined
      ? []
      : [
          {
            ...{
              path: '/var/lib/believe-gateway/config.ini',
              owner: 'believe-gateway',
              group: 'believe-gateway',
              mode: '0600',
            },
            ...{ content: ibcSettings(host.gateway), ownLines: IBC_OWN_LINES },
            why: 'login, daily restart and dialogs of IB Gateway',
          },
        ]),
  ];
}

function rsyncFiles(file: DeployFile, host: DeployHost): FileNeed[] {
  const { research, receiver } = placesOn(host);
  const brokers = file.hosts.filter(({ roles }) => roles.includes('broker')).map(({ address }) => address);
  const folders = { releases: research.published, landing: receiver.landing, receipts: receiver.receipts };
  const conf = rsyncdConf({
    ...{ address: host.address, port: file.rsyncPort, hostsAllow: brokers.length > 0 ? brokers : ['127.0.0.1'] },
    ...{ secretsFile: '/etc/believe/rsyncd.secrets', logFile: '/var/log/believe-rsyncd/rsyncd.log' },
    lockFile: '/var/log/believe-rsyncd/rsyncd.lock',
    // Its user is nobody else's, and needs no root; the receiver reads what lands by the group of the folder.
    ...{ chroots: false, landingChmod: 'D0770,F0440' },
    modules: (['releases', 'landing', 'receipts'] as const).map((module) => ({
      module,
      folder: folders[module],
      owner: null,
    })),
  });
  return [
    root('/etc/believe/rsyncd.conf', conf, 'what the broker may read and write'),
    root('/etc/logrotate.d/believe', logrotateConf(host), 'the log of the rsync daemon'),
  ];
}

function unitFiles(services: readonly ServiceNeed[], users: HostNeeds['users']): FileNeed[] {
  return services.flatMap((service) => {
    const groups = users.find(({ name }) => name === service.user)?.groups ?? [];
    const own = service.user.startsWith('believe-') ? [service.user, ...groups] : [];
    const supplementary = own.filter((group) => group !== service.group);
    return [
      root(`/etc/systemd/system/${service.name}.service`, serviceUnit(service, supplementary), service.why),
      ...(service.daily === null
        ? []
        : [root(`/etc/systemd/system/${service.name}.timer`, timerUnit(service), 'when it runs')]),
    ];
  });
}

function foreignUnits(file: DeployFile, host: DeployHost): ForeignUnit[] {
  return [
    { unit: 'chrony.service', why: 'the clock' },
    ...(peersOf(file, host).length > 0
      ? [{ unit: `wg-quick@${file.tunnel.interface}.service`, why: 'the tunnel to the other hosts' }]
      : []),
    ...(host.roles.includes('research') ? [{ unit: 'logrotate.timer', why: 'logs are rotated' }] : []),
    ...(host.roles.includes('temporal') ? [{ unit: postgresUnit(host), why: 'the database of Temporal' }] : []),
  ];
}
