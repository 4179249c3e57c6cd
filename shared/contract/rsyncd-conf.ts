import { RSYNC_MODULES, type RsyncModule } from './rsync-modules.js';

/** Where the daemon listens, for whom, and which of its modules lie where. Paths are those that rsync reads. */
export interface RsyncdConf {
  readonly address: string;
  readonly port: number;
  readonly hostsAllow: readonly string[];
  readonly secretsFile: string;
  readonly logFile: string;
  readonly lockFile: string;
  /** False where the daemon is not root: rsync cannot use chroot then, and would say so at every connection. */
  readonly chroots: boolean;
  readonly modules: readonly {
    readonly module: RsyncModule;
    readonly folder: string;
    /** Whom the daemon becomes for it; null stays who it is. */
    readonly owner: { readonly uid: number; readonly gid: number } | null;
  }[];
  /** Rights of what lands: F0400 where daemon and receiver are one user, F0440 where a group joins them. */
  readonly landingChmod: string;
}

/** The daemon's configuration: what may be asked of it is listed in docs/data-path.md, "The road". */
export function rsyncdConf(conf: RsyncdConf): string {
  return [
    `port = ${conf.port}`,
    `address = ${conf.address}`,
    `log file = ${conf.logFile}`,
    'reverse lookup = no',
    ...(conf.chroots ? [] : ['use chroot = no']),
    'list = no',
    `secrets file = ${conf.secretsFile}`,
    'strict modes = yes',
    `hosts allow = ${conf.hostsAllow.join(' ')}`,
    'hosts deny = *',
    'munge symlinks = yes',
    'max connections = 8',
    `lock file = ${conf.lockFile}`,
    'timeout = 300',
    ...conf.modules.flatMap((one) => moduleLines(one, conf.landingChmod)),
    '',
  ].join('\n');
}

const REFUSED =
  'delete remove-source-files inplace append* links copy-links hard-links devices specials D owner ' +
  'group acls xattrs compress backup* temp-dir partial* checksum delay-updates fuzzy compare-dest copy-dest link-dest';

function moduleLines({ module, folder, owner }: RsyncdConf['modules'][number], landingChmod: string): string[] {
  const rights = {
    // A temporary file of a publication in progress is not published yet.
    releases: ['read only = yes', 'exclude = .* *.tmp'],
    receipts: ['read only = yes', 'exclude = .* *.tmp'],
    // Written by names like those of batches, and never read again: whoever holds its password cannot even see what lies there.
    landing: [
      ...['read only = no', 'write only = yes', `incoming chmod = ${landingChmod}`],
      ...['include = /*.dsse.json /*.zst', 'exclude = *'],
    ],
  }[module];
  const becomes = owner === null ? [] : [`uid = ${owner.uid}`, `gid = ${owner.gid}`];
  const { user } = RSYNC_MODULES[module];
  return [
    ...[`[${module}]`, `path = ${folder}`, `auth users = ${user}`, ...rights, ...becomes],
    `refuse options = ${REFUSED}`,
  ];
}
