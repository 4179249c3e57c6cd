// Ships one release in a process of its own, which may kill itself on the way:
//   node release-process.js <home> <release id> <kill before the n-th file operation, 0 never>
import { killBefore } from './cut-off.js';
import { shipRelease } from './release-work.js';

const [home, releaseId, killAt] = process.argv.slice(2) as [string, string, string];
killBefore(Number(killAt));
await shipRelease(home, releaseId);
