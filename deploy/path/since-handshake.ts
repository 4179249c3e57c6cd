import { runCommand } from '../../setup/run-command.js';

/** Seconds since WireGuard's newest handshake, over all tunnels; null where `wg` is missing, may not be asked, or has seen none. */
export async function sinceHandshake(): Promise<number | null> {
  const { stdout } = await runCommand('wg', ['show', 'all', 'latest-handshakes'], { timeLimitMs: 10_000 });
  const at = Math.max(0, ...[...stdout.matchAll(/\t(\d+)$/gm)].map(([, seconds]) => Number(seconds)));
  return at > 0 ? Math.max(0, Math.round(Date.now() / 1000 - at)) : null;
}
