import type { PathDescription, Side } from './description.js';

/** nftables: the broker opens connections to two ports of research; research opens none to the broker. */
export function nftablesRules(path: PathDescription, side: Side): string {
  const { research, broker } = path;
  const ports = `{ ${path.rsyncPort}, ${path.temporalPort} }`;
  const allowed = `ip saddr ${broker.address} ip daddr ${research.address} tcp dport ${ports} accept`;
  const isBroker = side === 'broker';
  // The table is made first, so that deleting it cannot fail.
  return `table inet believe_path
delete table inet believe_path
table inet believe_path {
  chain input {
    type filter hook input priority 0; policy accept;
    iifname != "${path.interface}" accept
    ct state established,related accept
    ${isBroker ? '' : `${allowed}\n    `}drop
  }
  chain output {
    type filter hook output priority 0; policy accept;
    oifname != "${path.interface}" accept
    ct state established,related accept
    ${isBroker ? `${allowed}\n    ` : ''}reject
  }
  chain forward {
    type filter hook forward priority 0; policy accept;
    iifname "${path.interface}" drop
    oifname "${path.interface}" drop
  }
}
`;
}

/** Windows: connections that come through the tunnel are refused. To be run as administrator; does the same when it is run again. */
export function windowsStart({ broker, interface: name }: PathDescription): string {
  return commands(
    `netsh advfirewall firewall delete rule name="${RULE}" >nul`,
    `netsh advfirewall firewall add rule name="${RULE}" dir=in action=block localip=${broker.address} || exit /b 1`,
    `${WIREGUARD} /uninstalltunnelservice ${name} 2>nul`,
    `${WIREGUARD} /installtunnelservice "%~dp0${name}.conf" || exit /b 1`,
  );
}

/** The tunnel first: it never runs without the rule. */
export function windowsStop({ interface: name }: PathDescription): string {
  return commands(
    `${WIREGUARD} /uninstalltunnelservice ${name} || exit /b 1`,
    `netsh advfirewall firewall delete rule name="${RULE}" >nul`,
  );
}

const RULE = 'believe: nothing from research';
const WIREGUARD = '"%ProgramFiles%\\WireGuard\\wireguard.exe"';

function commands(...lines: readonly string[]): string {
  return ['@echo off', ...lines, ''].join('\r\n');
}

/** Runs the rsync daemon once the tunnel is up. @param configFile of the daemon */
export function rsyncdUnit(path: PathDescription, configFile: string): string {
  const tunnel = `wg-quick@${path.interface}.service`;
  return `[Unit]
Description=rsync daemon of believe: releases, landing, receipts
Requires=${tunnel}
After=${tunnel} nftables.service

[Service]
ExecStart=rsync --daemon --no-detach "--config=${configFile}"
Restart=always
RestartSec=5

[Install]
WantedBy=multi-user.target
`;
}
