import { createInterface } from 'node:readline';
import type { z } from 'zod';
import { Failure } from '../../shared/failure.js';
import { requireKnownGraph } from '../../shared/model/heads/require-known-graph.js';
import { EventLoopWatchdog } from '../event-loop-watchdog.js';
import type { examination } from './examine-release.js';
import { type ReleaseAsk, readyHeads, verifyFiles } from './prepare-release.js';

// A process that loads one release to find out whether that can be done. Its standard input gives the release, as one
// line; its standard output says how it went; it ends with whoever started it, also in the middle of a graph that hangs.
const lines = createInterface({ input: process.stdin });
lines.once('line', (line) => {
  const { withinMs, ...ask } = JSON.parse(line) as ReleaseAsk & { readonly withinMs: number };
  EventLoopWatchdog.start({ frozenMs: withinMs, noteFile: null });
  examine(ask).then(answer, (error: unknown) => answer(refusal(error)));
});
lines.once('close', () => process.exit(1));

async function examine(ask: ReleaseAsk): Promise<z.infer<typeof examination>> {
  const { files } = await verifyFiles(ask);
  for (const [name, bytes] of files) if (name.endsWith('.onnx')) requireKnownGraph(name, bytes);
  await readyHeads(files);
  return { ok: true };
}

function refusal(error: unknown): z.infer<typeof examination> {
  if (!(error instanceof Failure)) return { ok: false, type: 'ReleaseCrashes', message: String(error) };
  const { type, message, fix } = error;
  return { ok: false, type, message, ...(fix === undefined ? {} : { fix }) };
}

function answer(said: z.infer<typeof examination>): void {
  process.stdout.write(JSON.stringify(said), () => process.exit(0));
}
