import { existsSync } from 'node:fs';
import { lastLine, runCommand } from '../../setup/run-command.js';
import { Failure, UsageFailure } from '../../shared/failure.js';
import type { HostServices } from './host-services.js';

/** More than a service has to end in (TimeoutStopSec). */
const LIMIT = { timeLimitMs: 180_000 };

/** systemd of this machine. @throws UsageFailure where it does not run it */
export function systemd({ program = 'systemctl', isHere = existsSync('/run/systemd/system') } = {}): HostServices {
  if (!isHere) throw new UsageFailure('systemd does not run this machine', 'run it on the host that is to be upgraded');
  const ask = async (...words: string[]): Promise<string> => {
    const asked = await runCommand(program, ['--no-pager', ...words], LIMIT);
    if (asked.status === 0) return asked.stdout;
    throw new Failure(
      'UpgradeStuck',
      `systemctl ${words.join(' ')}: ${lastLine(asked)}`,
      'see `journalctl` of that unit, then the same command again',
    );
  };
  return {
    restart: async (service) => void (await ask('restart', `${service}.service`)),
    keep: async (service) => void (await ask('enable', '--now', `${service}.service`)),
    end: async (service) => void (await ask('disable', '--now', `${service}.service`)),
    running: async () => {
      const states = '--state=active,activating,reloading,deactivating';
      const listed = await ask('list-units', '--type=service', states, '--plain', '--no-legend', 'believe-*');
      return listed
        .split('\n')
        .map((line) => line.trim().split(/\s+/, 1)[0]!)
        .filter((unit) => unit.endsWith('.service'))
        .map((unit) => unit.slice(0, -'.service'.length));
    },
  };
}
