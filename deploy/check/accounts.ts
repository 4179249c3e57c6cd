import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Users and groups of a machine, by its own files, so that a folder that stands for one can be looked at too. */
export class Accounts {
  private readonly users: ReadonlyMap<string, { readonly uid: number; readonly gid: number; readonly shell: string }>;
  private readonly groups: ReadonlyMap<string, { readonly gid: number; readonly members: readonly string[] }>;

  constructor(root: string) {
    this.users = new Map(
      fieldsOf(path.join(root, 'etc/passwd')).map(([name, , uid, gid, , , shell]) => [
        name!,
        { uid: Number(uid), gid: Number(gid), shell: shell ?? '' },
      ]),
    );
    this.groups = new Map(
      fieldsOf(path.join(root, 'etc/group')).map(([name, , gid, members]) => [
        name!,
        { gid: Number(gid), members: (members ?? '').split(',').filter((one) => one !== '') },
      ]),
    );
  }

  user(name: string) {
    return this.users.get(name);
  }

  hasGroup(name: string): boolean {
    return this.groups.has(name);
  }

  /** Groups that a user is in beside his own. */
  groupsOf(user: string): string[] {
    return [...this.groups].filter(([, { members }]) => members.includes(user)).map(([name]) => name);
  }

  membersOf(group: string): readonly string[] {
    return this.groups.get(group)?.members ?? [];
  }

  /** Every machine has root, also a folder whose lists do not say so. */
  userName(uid: number): string {
    if (uid === 0) return 'root';
    return [...this.users].find(([, one]) => one.uid === uid)?.[0] ?? String(uid);
  }

  groupName(gid: number): string {
    if (gid === 0) return 'root';
    return [...this.groups].find(([, one]) => one.gid === gid)?.[0] ?? String(gid);
  }
}

function fieldsOf(file: string): string[][] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(':'));
}
