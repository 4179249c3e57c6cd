import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { runUpgrade, type UpgradeOptions } from '../../cli/deploy/upgrade.js';
import { runProgram } from '../../cli/run-program.js';
import { ProcessServices } from './process-services.js';

// `believe deploy upgrade` where processes stand in for systemd:
//   upgrade-program.js '{"bundle", "options", "home", "settingsFile", "killsFile"}'
// With a killsFile it is killed, by SIGKILL, at the first step that no former run was killed at.

interface Asked {
  readonly bundle?: string;
  readonly options: UpgradeOptions;
  readonly home: string;
  readonly settingsFile: string;
  readonly killsFile?: string;
}

await runProgram(async ([text]) => {
  const { bundle, options, home, settingsFile, killsFile } = JSON.parse(text!) as Asked;
  await runUpgrade(bundle, options, {
    services: () => new ProcessServices(options.config, home, settingsFile),
    settingsFile,
    done: (step) => {
      process.stderr.write(`${step}\n`);
      if (killsFile === undefined) return;
      const before = existsSync(killsFile) ? readFileSync(killsFile, 'utf8').split('\n') : [];
      if (before.includes(step)) return;
      appendFileSync(killsFile, `${step}\n`);
      process.kill(process.pid, 'SIGKILL');
    },
  });
});
