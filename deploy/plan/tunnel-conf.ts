import type { DeployFile, DeployHost } from './deploy-file.js';
import { peersOf } from './flows.js';

/**
 * The tunnel of a host, for wg-quick and for WireGuard for Windows. No key is in it: on Linux it is read from a file of the host as the
 * tunnel comes up; on Windows `PrivateKey` is the one line that is written there, by the installation.
 */
export function tunnelConf(file: DeployFile, host: DeployHost): string {
  const { interface: tunnel, port } = file.tunnel;
  const listens = host.endpoint !== undefined;
  return [
    '[Interface]',
    ...(host.os === 'linux'
      ? [`PostUp = wg set %i private-key /etc/wireguard/${tunnel}.key`]
      : ['# PrivateKey: install.ps1 makes it on this host']),
    `Address = ${host.address}/32`,
    ...(listens ? [`ListenPort = ${port}`] : []),
    ...peersOf(file, host).flatMap((peer) => peerLines(file, peer, listens)),
    '',
  ].join('\n');
}

function peerLines(file: DeployFile, peer: DeployHost, listens: boolean): string[] {
  const head = ['', `# ${peer.name}`];
  if (peer.publicKey === undefined)
    return [...head, `# waits for its public key: hosts.${file.hosts.indexOf(peer)}.publicKey of deploy.json`];
  return [
    ...head,
    '[Peer]',
    `PublicKey = ${peer.publicKey}`,
    `AllowedIPs = ${peer.address}/32`,
    ...(peer.endpoint === undefined ? [] : [`Endpoint = ${peer.endpoint}:${file.tunnel.port}`]),
    // Whoever cannot be called keeps the tunnel open himself.
    ...(listens || peer.endpoint === undefined ? [] : ['PersistentKeepalive = 25']),
  ];
}
