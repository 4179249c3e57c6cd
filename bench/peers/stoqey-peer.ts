import { createIbApi } from '../../bridge/connection/ib-api.js';

// The library alone: it decodes depth and trades for handlers that only count. Started by `bench/bridge/library-alone.ts`
// with the port; answers with its time and its processor time once `events` have come. Nothing but the bridge may import
// the library: so this takes the bridge's client and takes the tap out of it again.

const CONTRACT = { symbol: 'ES', secType: 'FUT', exchange: 'CME', currency: 'USD', localSymbol: 'ESU9' };
const [DEPTH_ID, TRADES_ID, CLIENT_ID, LEVELS] = [1001, 1002, 251, 10];

export interface LibraryUse {
  readonly seconds: number;
  readonly cpuUs: number;
}

process.once('disconnect', () => process.exit());
process.once('message', ({ port, events }: { port: number; events: number }) => {
  const ib = createIbApi({ host: '127.0.0.1', port }, { onBroken: fail, onDepth: fail });
  const socket = Reflect.get(Reflect.get(ib, 'controller') as object, 'socket') as object;
  Reflect.deleteProperty(socket, 'onData');
  let seen = 0;
  let startedMs = 0;
  let startedCpuUs = 0;
  const count = () => {
    if (seen++ === 0) [startedMs, startedCpuUs] = [performance.now(), cpuUs()];
    if (seen !== events) return;
    const use: LibraryUse = { seconds: (performance.now() - startedMs) / 1000, cpuUs: cpuUs() - startedCpuUs };
    process.send!(use);
  };
  ib.on('updateMktDepth' as never, count);
  ib.on('tickByTickAllLast' as never, count);
  ib.once('nextValidId' as never, () => {
    ib.reqMktDepth(DEPTH_ID, CONTRACT as never, LEVELS, false);
    ib.reqTickByTickData(TRADES_ID, CONTRACT as never, 'AllLast' as never, 0, false);
  });
  ib.connect(CLIENT_ID);
});

function fail(): never {
  throw new Error('the library is not alone');
}

function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
