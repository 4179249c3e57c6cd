import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type PathDescription, pathDescription, type Side } from '../../deploy/path/description.js';
import { nftablesRules, rsyncdUnit, windowsStart, windowsStop } from '../../deploy/path/firewall.js';
import { newPrivateKey, publicKeyOf, tunnelFile } from '../../deploy/path/wireguard.js';
import { prepareRsyncDaemon } from '../../research/release/rsync-daemon.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { RSYNC_MODULES } from '../../shared/contract/rsync-modules.js';
import { BadInput, UsageFailure } from '../../shared/failure.js';
import { HANDWRITTEN_BYTES_MAX, readInputFile } from '../../shared/node/disk/plain-file.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { makePrivateFolder } from '../../shared/node/process/private-files.js';

/** @throws BadInput naming the field */
export function readDescription(file: string): PathDescription {
  let json: unknown;
  try {
    json = JSON.parse(readInputFile(file, HANDWRITTEN_BYTES_MAX).toString('utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new BadInput(file, undefined, `is no JSON: ${error.message}`);
  }
  const { data, error } = pathDescription.safeParse(json);
  if (data !== undefined) return data;
  const issue = error.issues[0]!;
  throw new BadInput(file, issue.path.join('.'), issue.message, 'docs/data-path.md, "Two machines"');
}

/**
 * Writes what one side needs into a folder, and its public key into the description. The private key is made here, and stays when it is
 * done again; the tunnel file waits until the description has the other side's public key.
 * @returns names of what was written; whether the tunnel file is among them
 */
export function writeSide(options: { description: string; side: Side; folder: string; home: string }) {
  const { side, folder } = options;
  const known = readDescription(options.description);
  const other = side === 'broker' ? 'research' : 'broker';
  if (existsSync(path.join(folder, `${other}.key`)))
    throw new UsageFailure(`${folder} holds the key of ${other}`, 'no folder, and no machine, may hold both');
  makePrivateFolder(folder);
  const keyFile = path.join(folder, `${side}.key`);
  if (!existsSync(keyFile)) replaceFile(keyFile, `${newPrivateKey()}\n`, 0o600);
  const privateKey = readFileSync(keyFile, 'utf8').trim();
  const described = { ...known, [side]: { ...known[side], publicKey: publicKeyOf(privateKey) } };
  replaceFile(options.description, `${JSON.stringify(described, null, 2)}\n`);
  const written = [`${side}.key`];
  const write = (name: string, text: string) => {
    replaceFile(path.join(folder, name), text, 0o600);
    written.push(name);
  };
  const peerKey = known[other].publicKey;
  if (peerKey !== undefined) write(`${known.interface}.conf`, tunnelFile(known, side, privateKey, peerKey));
  if (side === 'broker' && known.broker.os === 'windows') {
    write('start-tunnel.cmd', windowsStart(known));
    write('stop-tunnel.cmd', windowsStop(known));
  } else write('believe-path.nft', nftablesRules(known, side));
  if (side === 'research') {
    const { args } = prepareRsyncDaemon(daemonOf(known, folder, options.home));
    written.push('rsync/rsyncd.conf', 'to-broker/');
    write('believe-rsyncd.service', rsyncdUnit(known, args.at(-1)!.replace('--config=', '')));
  }
  return { written, hasTunnel: peerKey !== undefined, publicKey: described[side].publicKey };
}

function daemonOf({ research, broker, rsyncPort }: PathDescription, folder: string, home: string) {
  const places = homePlaces(home);
  return {
    program: 'rsync',
    ...{ address: research.address, port: rsyncPort, hostsAllow: [broker.address] },
    stateFolder: path.resolve(folder, 'rsync'),
    modules: (['releases', 'landing', 'receipts'] as const).map((module) => ({
      module,
      folder: { releases: places.research.published, ...places.receiver }[module],
      passwordFile: path.join(folder, 'to-broker', RSYNC_MODULES[module].passwordFile),
    })),
  };
}
