import path from 'node:path';
import { z } from 'zod';
import type { FolderNeed, HostNeeds, ServiceNeed } from '../../plan/host-needs.js';
import { SIGNING_GROUP } from '../../plan/linux-places.js';

const place = z.strictObject({ host: z.string(), port: z.number().int() });
/** What a service is told to try: files to open, folders to write into, addresses and sockets to connect to. */
export const sandboxTries = z.strictObject({
  reads: z.array(z.string()),
  writes: z.array(z.string()),
  connects: z.array(place),
  sockets: z.array(z.string()),
});
export type SandboxTries = z.infer<typeof sandboxTries>;
/** Of what was tried, what could be done. */
export type SandboxAnswer = SandboxTries;

export interface SandboxPlan {
  readonly service: ServiceNeed;
  /** All that is tried. */
  readonly tries: SandboxTries;
  /** Of it, what the service may. Everything else must be refused. */
  readonly may: SandboxTries;
}

/** What is on the machine, for the tries: only what is there can be refused. */
export interface SandboxWorld {
  /** Files of secrets, and whose they are. */
  readonly secrets: readonly { readonly file: string; readonly owner: string }[];
  /** A listener on the host's own address in the tunnel, for this check. */
  readonly listener: { readonly host: string; readonly port: number };
  /** The signer's socket; null where none listens. */
  readonly signer: string | null;
}

/** What each service is to try, and what of it it may: by the rights of its user, and by the folders and addresses that its unit leaves it. */
export function sandboxPlans(needs: HostNeeds, world: SandboxWorld): SandboxPlan[] {
  // A backup reads everything, and that is what it is for.
  return needs.services.filter(({ daily }) => daily === null).map((service) => planOf(needs, service, world));
}

function planOf(needs: HostNeeds, service: ServiceNeed, { secrets, listener, signer }: SandboxWorld): SandboxPlan {
  const groups = [
    service.user,
    service.group,
    ...(needs.users.find(({ name }) => name === service.user)?.groups ?? []),
  ];
  const reaches =
    service.network === 'internet' || (service.network === 'tunnel' && service.peers.includes(listener.host));
  const asksSigner = groups.includes(SIGNING_GROUP) && !isBelow(signer ?? '', service.hidden);
  return {
    service,
    tries: {
      reads: secrets.map(({ file }) => file),
      writes: needs.folders.map((folder) => folder.path),
      connects: [listener],
      sockets: signer === null ? [] : [signer],
    },
    may: {
      reads: secrets
        .filter(({ file, owner }) => owner === service.user && !isBelow(file, service.hidden))
        .map(({ file }) => file),
      writes: needs.folders.filter((folder) => mayWrite(folder, service, groups)).map((folder) => folder.path),
      connects: reaches ? [listener] : [],
      sockets: signer !== null && asksSigner ? [signer] : [],
    },
  };
}

function mayWrite(
  { path: folder, owner, group, mode }: FolderNeed,
  service: ServiceNeed,
  groups: readonly string[],
): boolean {
  if (!isBelow(folder, service.writes) || isBelow(folder, service.hidden)) return false;
  const bits = Number.parseInt(mode, 8);
  if (owner === service.user) return (bits & 0o300) === 0o300;
  return (bits & (groups.includes(group) ? 0o030 : 0o003)) === (groups.includes(group) ? 0o030 : 0o003);
}

const isBelow = (file: string, folders: readonly string[]): boolean =>
  folders.some((folder) => file === folder || file.startsWith(`${folder}${path.posix.sep}`));
