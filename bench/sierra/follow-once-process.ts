import { followOnce } from '../../broker/follow/follow-once.js';
import { followOptions } from './follow-bench-files.js';

/** A process that follows two files at once and says how long it took: `follow-once-process.js DATA INTO`. */
const [data, folder] = process.argv.slice(2);
const startMs = performance.now();
await followOnce(followOptions(data!, folder!, 0));
const seconds = (performance.now() - startMs) / 1000;
process.stdout.write(JSON.stringify({ seconds, peakMb: process.resourceUsage().maxRSS / 1000 }));
