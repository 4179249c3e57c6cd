import { backUp } from './backup-home.js';

/** Makes backups of a home until it is killed. */
const [home, target, recipient] = process.argv.slice(2) as [string, string, string];
process.stdout.write('begins\n');
for (;;)
  await backUp(home, target, {
    locks: { recipients: [recipient], passphrase: null },
    openers: null,
    nowMs: Date.now,
  });
