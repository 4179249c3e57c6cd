import { checklist } from './checklist.js';
import type { DeployFile, DeployHost } from './deploy-file.js';
import type { HostNeeds } from './host-needs.js';
import { installPs1 } from './install-ps1.js';
import { installSh } from './install-sh.js';
import { linuxHost } from './linux-host.js';
import { OPERATOR_FILE, operatorSettings } from './operator-settings.js';
import { type WindowsNeeds, windowsHost } from './windows-host.js';

/** A file of a plan, by its path in the folder of its host, with `/` between names. */
export interface PlannedFile {
  readonly path: string;
  readonly content: string;
  readonly isProgram: boolean;
}

/** @param source name of the file, for what is said of it @throws BadInput */
export function needsOf(file: DeployFile, host: DeployHost, source: string): HostNeeds | WindowsNeeds {
  return host.os === 'windows' ? windowsHost(file, host, source) : linuxHost(file, host, source);
}

/** All that is written for a host: the same input gives the same bytes. @throws BadInput */
export function planHost(file: DeployFile, host: DeployHost, source: string): PlannedFile[] {
  const needs = needsOf(file, host, source);
  const install = needs.os === 'windows' ? installPs1(file, host, needs as WindowsNeeds) : installSh(file, host, needs);
  const plain = (path: string, content: string, isProgram = false) => ({ path, content, isProgram });
  return [
    ...needs.files.map(({ path, content }) => plain(`root${slashed(path)}`, content)),
    plain(needs.os === 'windows' ? 'install.ps1' : 'install.sh', install, needs.os === 'linux'),
    ...(host.roles.includes('temporal') ? [plain(OPERATOR_FILE, operatorSettings(file, host))] : []),
    plain('CHECKLIST.md', checklist(file, host, needs)),
  ];
}

/** `C:\a\b` lies in `/C/a/b`: no name has a colon. */
function slashed(path: string): string {
  const drive = /^([A-Z]):/.exec(path);
  return drive === null ? path : `/${drive[1]}${path.slice(2).replaceAll('\\', '/')}`;
}
