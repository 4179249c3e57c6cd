import path from 'node:path';
import { moduleUrl, RSYNC_MODULES, type RsyncModule } from '../../shared/contract/rsync-modules.js';

/** Where research's daemon is, and what talks to it. */
export interface RsyncReach {
  /** The rsync program. */
  readonly path: string;
  readonly host: string;
  readonly port: number;
  readonly bwlimitKiBps: number | null;
}

/** The broker's copy of a module's password. */
export function passwordFile(brokerFolder: string, module: RsyncModule): string {
  return path.join(brokerFolder, 'keys', RSYNC_MODULES[module].passwordFile);
}

export function moduleAccess(rsync: RsyncReach, brokerFolder: string, module: RsyncModule) {
  return {
    program: rsync.path,
    url: moduleUrl(module, rsync),
    passwordFile: passwordFile(brokerFolder, module),
    timeoutSeconds: TIMEOUT_SECONDS,
    bwlimitKiBps: rsync.bwlimitKiBps,
  };
}

const TIMEOUT_SECONDS = 30;
