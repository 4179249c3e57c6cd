import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LibraryUse } from '../peers/stoqey-peer.js';
import { DepthFlood } from './depth-flood.js';
import { ACCOUNT, DEPTH_SAMPLE } from './measured-config.js';

export interface LibraryRun {
  readonly eventsPerSecond: number;
  readonly cpuUsPerEvent: number;
}

/** The flood that the bridge gets, into @stoqey/ib alone, in a process of its own. */
export async function measureLibrary(events: number): Promise<LibraryRun> {
  const order = { events, eventsPerSecond: null, file: DEPTH_SAMPLE, account: ACCOUNT, barsBeforeMs: 0 };
  const gateway = await DepthFlood.open(order);
  const program = fileURLToPath(new URL('../peers/stoqey-peer.js', import.meta.url));
  const peer = fork(program, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  try {
    const { seconds, cpuUs } = await new Promise<LibraryUse>((resolve, reject) => {
      peer.once('message', resolve as (message: unknown) => void);
      peer.once('exit', (code) => reject(new Error(`@stoqey/ib alone ended with code ${code}`)));
      peer.send({ port: gateway.port, events });
    });
    return { eventsPerSecond: events / seconds, cpuUsPerEvent: cpuUs / events };
  } finally {
    peer.kill();
    await gateway.end();
  }
}
