import { lastLine, runCommand } from '../../setup/run-command.js';
import { Failure } from '../../shared/failure.js';
import type { HostServices } from './host-services.js';

const LIMIT = { timeLimitMs: 180_000 };

/** Services of this Windows, by its PowerShell. */
export function windowsServices(): HostServices {
  const ask = async (command: string): Promise<string> => {
    const script = `$ErrorActionPreference = 'Stop'; ${command}`;
    const words = ['-NoProfile', '-NonInteractive', '-Command', script];
    const asked = await runCommand('powershell.exe', words, LIMIT);
    if (asked.status === 0) return asked.stdout;
    throw new Failure('UpgradeStuck', `${command}: ${lastLine(asked)}`, 'as administrator, the same command again');
  };
  return {
    restart: async (service) => void (await ask(`Restart-Service -Force -Name '${service}'`)),
    keep: async (service) => void (await ask(`Start-Service -Name '${service}'`)),
    end: async (service) => void (await ask(`Stop-Service -Name '${service}'`)),
    running: async () => {
      const listed = await ask("(Get-Service -Name 'believe-*' | Where-Object { $_.Status -eq 'Running' }).Name");
      return listed.split(/\r?\n/).filter((line) => line !== '');
    },
  };
}
