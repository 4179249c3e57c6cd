import { existsSync, lstatSync, readdirSync, type Stats } from 'node:fs';
import path from 'node:path';
import type { HostNeeds, KeyNeed } from '../plan/host-needs.js';
import { enabledUnits } from '../plan/install-sh.js';
import { Accounts } from './accounts.js';
import { checkContent } from './content.js';
import { differs, extra, type Finding, missing, ok } from './finding.js';

const AGAIN = 'run install.sh of this host again';

/** Looks at a Linux machine, or at a folder that stands for one, and changes nothing. @param root `/` for the machine */
export function checkLinux(needs: HostNeeds, root: string): Finding[] {
  const machine = new Machine(root);
  return [
    ...needs.groups.map(({ name, why }) => checkGroup(machine, needs, name, why)),
    ...needs.users.map((user) => checkUser(machine, user)),
    ...needs.folders.map((folder) => machine.checkRights({ ...folder, item: `folder ${folder.path}`, isFolder: true })),
    ...needs.files.map((file) => checkFile(machine, file)),
    ...needs.handed.flatMap((handed) => checkHanded(machine, handed)),
    ...needs.keys.map((key) => checkKey(machine, key)),
    ...needs.foreignKeys.map((foreign) => checkForeignKeys(machine, foreign)),
    ...checkUnits(machine, needs),
  ];
}

/** The files of a machine, by the paths that they have there. */
class Machine {
  readonly accounts: Accounts;

  constructor(private readonly root: string) {
    this.accounts = new Accounts(root);
  }

  at(place: string): string {
    return path.join(this.root, place);
  }

  stat(place: string): Stats | null {
    return lstatSync(this.at(place), { throwIfNoEntry: false }) ?? null;
  }

  namesIn(folder: string): string[] {
    return existsSync(this.at(folder)) ? readdirSync(this.at(folder)).sort() : [];
  }

  /** Owner, group and mode, all at once. */
  checkRights(ask: {
    readonly item: string;
    readonly path: string;
    readonly owner: string;
    readonly group: string;
    readonly mode: string;
    readonly isFolder: boolean;
    readonly why: string;
  }): Finding {
    const { item, why } = ask;
    const expected = `${ask.owner}:${ask.group} ${ask.mode}`;
    const stat = this.stat(ask.path);
    if (stat === null) return missing({ item, expected, why, fix: AGAIN });
    if (stat.isDirectory() !== ask.isFolder || stat.isSymbolicLink())
      return differs({
        item,
        found: kindOf(stat),
        expected: ask.isFolder ? 'a folder' : 'a plain file',
        why,
        fix: 'find out who made it, and remove it',
      });
    const found = `${this.accounts.userName(stat.uid)}:${this.accounts.groupName(stat.gid)} ${modeOf(stat)}`;
    if (found === expected) return ok(item, found, why);
    return differs({ item, found, expected, why, fix: `${AGAIN}, after you know who changed it` });
  }
}

function checkGroup({ accounts }: Machine, needs: HostNeeds, name: string, why: string): Finding {
  const item = `group ${name}`;
  const expected = needs.users.filter(({ groups }) => groups.includes(name)).map((user) => user.name);
  if (!accounts.hasGroup(name)) return missing({ item, expected: expected.join(', '), why, fix: AGAIN });
  const found = [...accounts.membersOf(name)].sort();
  const others = found.filter((one) => !expected.includes(one));
  if (others.length === 0) return ok(item, found.join(', '), why);
  return differs({
    item,
    found: found.join(', '),
    expected: expected.join(', '),
    why,
    fix: `gpasswd --delete ${others[0]} ${name}, if he is none of your operators`,
  });
}

function checkUser({ accounts }: Machine, { name, groups, why }: HostNeeds['users'][number]): Finding {
  const item = `user ${name}`;
  const expected = `no shell, in ${groups.join(', ') || 'his own group'}`;
  const user = accounts.user(name);
  if (user === undefined) return missing({ item, expected, why, fix: AGAIN });
  const isIn = accounts.groupsOf(name);
  const lacks = groups.filter((group) => !isIn.includes(group));
  const foreign = isIn.filter((group) => !groups.includes(group) && group !== name);
  const found = [
    ...(/(nologin|false)$/.test(user.shell) ? [] : [`shell ${user.shell}`]),
    ...lacks.map((group) => `not in ${group}`),
    ...foreign.map((group) => `also in ${group}`),
  ];
  if (found.length === 0) return ok(item, expected, why);
  const fix = foreign.length > 0 ? `gpasswd --delete ${name} ${foreign[0]}` : AGAIN;
  return differs({ item, found: found.join(', '), expected, why, fix });
}

function checkFile(machine: Machine, file: HostNeeds['files'][number]): Finding {
  const content = checkContent(file, machine.at(file.path), AGAIN);
  if (content.state !== 'ok') return content;
  return machine.checkRights({ ...file, item: content.item, isFolder: false });
}

function checkHanded(
  machine: Machine,
  { folder, names, owner, group, mode, why }: HostNeeds['handed'][number],
): Finding[] {
  const pattern = new RegExp(`^${names.replaceAll('.', '[.]').replaceAll('*', '.*')}$`);
  return machine
    .namesIn(folder)
    .filter((name) => pattern.test(name) && machine.stat(`${folder}/${name}`)?.isFile() === true)
    .map((name) =>
      machine.checkRights({
        item: `file ${folder}/${name}`,
        path: `${folder}/${name}`,
        owner,
        group,
        mode,
        isFolder: false,
        why,
      }),
    );
}

/** A key that others can read must be taken for known to them. */
function checkKey(machine: Machine, key: KeyNeed): Finding {
  const item = `key ${key.path}`;
  const files = key.kind === 'file' ? [key.path] : machine.namesIn(key.path).map((name) => `${key.path}/${name}`);
  const present = files.map((file) => ({ file, stat: machine.stat(file) })).filter(({ stat }) => stat !== null);
  const expected = key.isPublic === true ? 'readable by all' : `of ${key.owner} alone`;
  if (present.length === 0) return missing({ item, expected, why: key.why, fix: key.madeBy });
  for (const { file, stat } of present) {
    const owner = machine.accounts.userName(stat!.uid);
    const isOpen = (stat!.mode & 0o077) !== 0;
    if (!stat!.isFile() || (key.isPublic !== true && (isOpen || owner !== key.owner)))
      return differs({
        ...{ item, found: `${file}: ${owner} ${modeOf(stat!)}`, expected, why: `${key.why}: who can read it, has it` },
        fix: isOpen
          ? 'if anybody may have read it, make another (docs/release.md, Recovery); then run install.sh again'
          : AGAIN,
      });
  }
  return ok(item, expected, key.why);
}

/** What was carried here by mistake, with a whole home of the ceremony. */
function checkForeignKeys(machine: Machine, { path: folder, why }: HostNeeds['foreignKeys'][number]): Finding {
  const item = `no key in ${folder}`;
  const [first] = machine.namesIn(folder);
  if (first === undefined) return ok(item, 'none', why);
  return extra({
    item,
    found: `${folder}/${first}`,
    why,
    fix: 'remove it here (shred), and make another if anybody else may have read it: docs/release.md, Recovery',
  });
}

/** Units of ours that start with the machine, and none that no plan has. */
function checkUnits(machine: Machine, needs: HostNeeds): Finding[] {
  const planned = new Set(needs.files.map((file) => file.path));
  const folder = '/etc/systemd/system';
  const foreign = machine
    .namesIn(folder)
    .filter((name) => /^believe-.*[.](service|timer)$/.test(name) && !planned.has(`${folder}/${name}`));
  const changed = machine.namesIn(folder).filter((name) => /^believe-.*[.]d$/.test(name));
  return [
    ...enabledUnits(needs).map((unit) => checkEnabled(machine, unit)),
    ...foreign.map((name) =>
      extra({
        item: `unit ${name}`,
        found: `${folder}/${name}`,
        why: 'a process that is in no plan is watched by nobody',
        fix: `${AGAIN}: it removes the unit`,
      }),
    ),
    ...changed.map((name) =>
      extra({
        item: `unit ${name.replace(/[.]d$/, '')}`,
        found: `${folder}/${name}`,
        why: 'it changes a unit of the plan, and may take its hardening away',
        fix: `say it in deploy.json, and remove ${folder}/${name}`,
      }),
    ),
  ];
}

function checkEnabled(machine: Machine, unit: string): Finding {
  const item = `unit ${unit} starts with the machine`;
  const target = unit.endsWith('.timer') ? 'timers' : unit === 'believe-firewall.service' ? 'sysinit' : 'multi-user';
  const why = 'after a restart of the machine nobody is there to start it';
  if (machine.stat(`/etc/systemd/system/${target}.target.wants/${unit}`) !== null) return ok(item, 'yes', why);
  return missing({ item, expected: 'yes', why, fix: `systemctl enable ${unit}` });
}

function kindOf(stat: Stats): string {
  if (stat.isSymbolicLink()) return 'a link';
  return stat.isDirectory() ? 'a folder' : stat.isFile() ? 'a plain file' : 'neither file nor folder';
}

const modeOf = ({ mode }: Stats): string => (mode & 0o7777).toString(8).padStart(4, '0');
