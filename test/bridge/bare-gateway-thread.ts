import { parentPort, workerData } from 'node:worker_threads';
import { BareGateway } from './bare-gateway.js';

/** A gateway on a thread of its own, which counts the frames that it got where a blocked thread can see them. */
const received = new Int32Array(workerData as SharedArrayBuffer);
const gateway = await BareGateway.start(178, () => {
  Atomics.add(received, 0, 1);
  Atomics.notify(received, 0);
});
parentPort?.postMessage(gateway.address);
