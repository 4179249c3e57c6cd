import type { DeployFile, DeployHost } from './deploy-file.js';
import { flowsOf, peersOf } from './flows.js';

/**
 * nftables of a Linux host: what comes in is dropped unless it is listed, and through the tunnel nothing leaves that is not listed. The
 * table is our own: rules of others stay as they are, and what either of both drops is dropped.
 */
export function hostFirewall(file: DeployFile, host: DeployHost): string {
  const { interface: tunnel, port } = file.tunnel;
  const flows = flowsOf(file);
  const allowed = ({ from, to, port: at }: (typeof flows)[number], why: string) =>
    `    # ${why}\n    ip saddr ${from.address} ip daddr ${to.address} tcp dport ${at} accept`;
  const entering = flows
    .filter(({ to }) => to === host)
    .map((flow) => allowed(flow, `from ${flow.from.name}: ${flow.why}`));
  const leaving = flows
    .filter(({ from }) => from === host)
    .map((flow) => allowed(flow, `to ${flow.to.name}: ${flow.why}`));
  const admins = `{ ${host.admin.from.join(', ')} }`;
  const listens = host.endpoint !== undefined && peersOf(file, host).length > 0;
  // The table is made first, so that deleting it cannot fail.
  return [
    'table inet believe',
    'delete table inet believe',
    'table inet believe {',
    '  chain input {',
    '    type filter hook input priority 0; policy drop;',
    '    iifname "lo" accept',
    '    ct state established,related accept',
    '    ct state invalid drop',
    '    meta l4proto { icmp, ipv6-icmp } accept',
    `    iifname "${tunnel}" jump from_tunnel`,
    '    # people of the administration, by ssh',
    `    ip saddr ${admins} tcp dport ${host.admin.port ?? 22} accept`,
    ...(listens ? ['    # tunnels of the other hosts', `    udp dport ${port} accept`] : []),
    '  }',
    '  chain from_tunnel {',
    ...entering,
    '    drop',
    '  }',
    '  chain output {',
    '    type filter hook output priority 0; policy accept;',
    `    oifname "${tunnel}" jump to_tunnel`,
    '  }',
    '  chain to_tunnel {',
    '    ct state established,related accept',
    ...leaving,
    '    reject',
    '  }',
    '  chain forward {',
    '    type filter hook forward priority 0; policy accept;',
    `    iifname "${tunnel}" drop`,
    `    oifname "${tunnel}" drop`,
    '  }',
    '}',
    '',
  ].join('\n');
}
