import type { HostNeeds } from './host-needs.js';

/** sysusers.d: users without a password, a home or a shell. */
export function sysusersConf({ groups, users }: Pick<HostNeeds, 'groups' | 'users'>): string {
  return [
    ...groups.flatMap(({ name, why }) => [`# ${why}`, `g ${name} -`]),
    ...users.flatMap(({ name, groups: of, why }) => [
      `# ${why}`,
      `u ${name} - "${name}" / /usr/sbin/nologin`,
      ...of.map((group) => `m ${name} ${group}`),
    ]),
    '',
  ].join('\n');
}

/**
 * tmpfiles.d: folders, and whose the files in them are. It is applied at each start of the machine too, so that what a person made as
 * root, such as keys, is its user's again.
 */
export function tmpfilesConf({
  folders,
  files,
  keys,
  handed,
}: Omit<HostNeeds, 'services' | 'users' | 'groups'>): string {
  return [
    ...folders.map(({ path, owner, group, mode }) => `d ${path} ${mode} ${owner} ${group} -`),
    // First: a file of root in a folder of another is not touched alone. The mask keeps what is no program from becoming one: files 0600, folders 0700.
    ...folders
      .filter(({ mode, owner }) => mode === '0700' && owner !== 'root')
      .map(({ path, owner, group }) => `Z ${path} ~0700 ${owner} ${group} -`),
    ...handed.map(({ folder, names, owner, group, mode }) => `z ${folder}/${names} ${mode} ${owner} ${group} -`),
    ...files
      .filter(({ owner }) => owner !== 'root')
      .map((one) => `z ${one.path} ${one.mode} ${one.owner} ${one.group} -`),
    ...keys
      .filter(({ kind, isPublic }) => kind === 'file' && isPublic !== true)
      .map(({ path, owner }) => `z ${path} 0600 ${owner} ${owner} -`),
    '',
  ].join('\n');
}
