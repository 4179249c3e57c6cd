// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${} is the shell's own, in the script that is written here
import { RSYNC_MODULES } from '../../shared/contract/rsync-modules.js';
import { HEADERS_NAME } from './collector.js';
import type { DeployFile, DeployHost } from './deploy-file.js';
import { peersOf } from './flows.js';
import type { HostNeeds, Tier } from './host-needs.js';
import { heldCertificates } from './linux-folders.js';
import { BROUGHT_FOLDER, heldFolder } from './linux-places.js';

/** The installation of a Linux host, as a script that may be run again at any time. */
export function installSh(file: DeployFile, host: DeployHost, needs: HostNeeds): string {
  const blocks = [
    head(host),
    copying(needs),
    `step "users and groups"\nsystemd-sysusers \${ROOT:+--root="$ROOT"} believe.conf`,
    ...(peersOf(file, host).length > 0 ? [tunnelKey(file)] : []),
    ...(host.roles.includes('research') ? [rsyncSecrets()] : []),
    ...handing(needs),
    rights(),
    leftOver(needs),
    starting(needs),
  ];
  return `${blocks.join('\n\n')}\n`;
}

const head = ({ name }: DeployHost): string => `#!/bin/sh
# Installs what ${name} needs; may be run again at any time, and must be after keys or certificates were brought.
#   ./install.sh                as root: files, users, folders, units; starts nothing
#   ./install.sh --start        and starts what is not running, and restarts what got another unit
#   ./install.sh --root FOLDER  into a folder instead of this machine
set -eu
umask 022
ROOT= START=
while [ $# -gt 0 ]; do
  case $1 in
    --root) ROOT=$2; shift 2 ;;
    --start) START=yes; shift ;;
    *) echo "install.sh: $1 is not known: --root FOLDER, --start" >&2; exit 2 ;;
  esac
done
[ "$(id -u)" = 0 ] || { echo "install.sh: must be root" >&2; exit 1; }
[ -z "$ROOT" ] || [ -z "$START" ] || { echo "install.sh: a folder starts nothing" >&2; exit 2; }
cd "$(dirname "$0")"
step() { echo "== $1"; }`;

function copying({ files }: HostNeeds): string {
  const own = files.filter(({ ownLines }) => ownLines !== undefined);
  const plain = files.filter(({ ownLines }) => ownLines === undefined);
  return [
    'step "files"',
    'CHANGED=',
    'put() { # mode path',
    '  if ! cmp -s "root$2" "$ROOT$2"; then',
    '    install -D -m "$1" "root$2" "$ROOT$2.new" && mv "$ROOT$2.new" "$ROOT$2"',
    '    echo "   wrote $2"; CHANGED="$CHANGED $2"',
    '  fi',
    '  chmod "$1" "$ROOT$2"',
    '}',
    ...plain.map(({ path, mode }) => `put ${mode} ${path}`),
    ...own.flatMap(({ path, mode, ownLines }) => [
      `# Filled in by a person (${ownLines!.join(', ')}): it is kept where it is there.`,
      `[ -e "$ROOT${path}" ] || put ${mode} ${path}`,
    ]),
  ].join('\n');
}

function tunnelKey({ tunnel }: DeployFile): string {
  const key = `$ROOT/etc/wireguard/${tunnel.interface}.key`;
  return [
    'step "key of the tunnel"',
    `if [ ! -s "${key}" ]; then (umask 077; mkdir -p "$ROOT/etc/wireguard"; wg genkey > "${key}"); fi`,
    `echo "   publicKey of this host, for deploy.json: $(wg pubkey < "${key}")"`,
  ].join('\n');
}

/** Each module has a password of its own; the broker's copies are carried over by a person. */
function rsyncSecrets(): string {
  const users = Object.values(RSYNC_MODULES);
  return [
    'step "passwords of the rsync modules"',
    'SECRETS=$ROOT/etc/believe/rsyncd.secrets',
    'if [ ! -s "$SECRETS" ]; then',
    '  (umask 077; : > "$SECRETS.new"; mkdir -p "$ROOT/etc/believe/to-broker"',
    ...users.flatMap(({ user, passwordFile }) => [
      `  P=$(head -c 24 /dev/urandom | base64 | tr '+/' '-_'); echo "${user}:$P" >> "$SECRETS.new"`,
      `  echo "$P" > "$ROOT/etc/believe/to-broker/${passwordFile}"`,
    ]),
    '  )',
    '  mv "$SECRETS.new" "$SECRETS"',
    '  echo "   carry /etc/believe/to-broker/ into broker/keys/ of the broker, then delete it here"',
    'fi',
  ].join('\n');
}

/** Hands each user what was brought, where it was brought. */
function handing({ services }: HostNeeds): string[] {
  const held = heldCertificates(services);
  if (held.size === 0) return [];
  const lines = [...held].flatMap(([user, tiers]) =>
    [...new Set([...tiers].flatMap(handedNames))].map((name) => `hand ${heldFolder(user)} ${name}`),
  );
  return [
    [
      'step "certificates and payload keys"',
      'hand() { # folder name',
      `  [ -e "$ROOT${BROUGHT_FOLDER}/$2" ] || return 0`,
      `  install -D -m 0600 "$ROOT${BROUGHT_FOLDER}/$2" "$ROOT$1/$2"`,
      '}',
      `if [ -e "$ROOT${BROUGHT_FOLDER}/ca.pem" ]; then install -m 0644 "$ROOT${BROUGHT_FOLDER}/ca.pem" "$ROOT/etc/believe/ca.pem"; fi`,
      ...lines,
      ...services
        .filter(({ environment }) => environment.BELIEVE_TELEMETRY_HEADERS_FILE !== undefined)
        .map(({ user }) => `hand ${heldFolder(user)} ${HEADERS_NAME}`),
    ].join('\n'),
  ];
}

/** Server and Web UI are programs of others, which look for the authority beside the certificate and read no payload. */
function handedNames(tier: Tier): string[] {
  const own = [`${tier}.pem`, `${tier}.key`];
  return [...own, tier === 'server' || tier === 'reader' ? 'ca.pem' : 'payload-keys.json'];
}

function rights(): string {
  return ['step "folders and rights"', 'systemd-tmpfiles ${ROOT:+--root="$ROOT"} --create believe.conf'].join('\n');
}

/** A unit of ours that no plan has any more is stopped and taken away: a process that nobody knows of is none that anybody watches. */
function leftOver({ files }: HostNeeds): string {
  const units = files.map(({ path }) => path).filter((path) => path.startsWith('/etc/systemd/system/'));
  return [
    'step "units that are not of this plan"',
    'for UNIT in "$ROOT"/etc/systemd/system/believe-*.service "$ROOT"/etc/systemd/system/believe-*.timer; do',
    '  [ -e "$UNIT" ] || continue',
    '  case ${UNIT#"$ROOT"} in',
    `    ${units.join('|')}) ;;`,
    '    *) echo "   removed ${UNIT#"$ROOT"}"',
    '       systemctl ${ROOT:+--root="$ROOT"} disable "$(basename "$UNIT")" 2>&1 | sed "s/^/   /"',
    '       [ -n "$ROOT" ] || systemctl stop "$(basename "$UNIT")"',
    '       rm "$UNIT" ;;',
    '  esac',
    'done',
  ].join('\n');
}

function starting(needs: HostNeeds): string {
  const units = enabledUnits(needs);
  return [
    'step "units"',
    `systemctl \${ROOT:+--root="$ROOT"} --quiet enable ${units.join(' ')}`,
    'if [ -n "$START" ]; then',
    '  systemctl daemon-reload',
    `  for UNIT in ${[...needs.foreignUnits.map(({ unit }) => unit), ...units].join(' ')}; do`,
    '    case $CHANGED in *"/$UNIT"*) systemctl restart "$UNIT" ;; *) systemctl start "$UNIT" ;; esac',
    '  done',
    'fi',
    'echo "done: what only a person can do is in CHECKLIST.md; then believe deploy check says what is missing"',
  ].join('\n');
}

/** Units of ours that start with the machine. */
export function enabledUnits({ services }: Pick<HostNeeds, 'services'>): string[] {
  return [
    'believe-firewall.service',
    ...services.map(({ name, daily }) => (daily === null ? `${name}.service` : `${name}.timer`)),
  ];
}
