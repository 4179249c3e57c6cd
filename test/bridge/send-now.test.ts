import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { EventName } from '@stoqey/ib';
import { pino } from 'pino';
import { contractOf } from '../../bridge/connection/contract.js';
import { gatewayOrder, type OrderTerms } from '../../bridge/connection/gateway-order.js';
import { streamOf } from '../../bridge/connection/ib-api.js';
import { PACER_LIMITS } from '../../bridge/connection/pacer.js';
import { GatewaySession } from '../../bridge/connection/session.js';
import { configSchema } from '../../shared/config/config.js';
import { startGateway } from '../../simulator/start-gateway.js';
import { BareGateway, frameOf } from './bare-gateway.js';
import { ACCOUNT, ES_SAMPLE, QUICK } from './rig.js';

const ES = contractOf(configSchema.parse({ instrument: { localSymbol: 'ESU9' } }).instrument);
const TERMS: OrderTerms = { side: 'BUY', contracts: 3, orderType: 'LMT', limitPrice: 2900.25 };
/** No heartbeat comes between. */
const CALM = { ...QUICK.timeouts, heartbeatMs: 600_000 };
const BLOCKED_MS_MAX = 20_000;

/** The order as the session's encoder writes it. */
function orderBytes(session: GatewaySession, orderId: number, orderRef = `ref-${orderId}`): Buffer {
  const { side, contracts, orderType, limitPrice } = TERMS;
  return session.orderEncoder(ACCOUNT, ES)!.prepare(orderId, orderRef)!.fill(side, contracts, orderType, limitPrice);
}

describe('a session that sends at once', () => {
  let gateway: BareGateway;
  let session: GatewaySession;
  const open = async (serverVersion: number) => {
    gateway = await BareGateway.start(serverVersion);
    session = await GatewaySession.open(gateway.address, CALM);
  };
  afterEach(() => {
    session.close('end of the test');
    gateway.stop();
  });

  for (const version of [100, 145, 157, 168, 178, 187, 193])
    it(`says at server version ${version} what the library says`, async () => {
      await open(version);
      assert.equal(session.ib.serverVersion, version);
      assert.ok(session.sendNow('order', orderBytes(session, 7)));
      session.ib.placeOrder(7, ES, gatewayOrder(ACCOUNT, 'ref-7', TERMS));
      session.cancelOrder(7);
      session.ib.cancelOrder(7);
      await gateway.until(() => gateway.frames.length === 4);
      const [order, orderOfLibrary, cancel, cancelOfLibrary] = gateway.frames.map(String);
      assert.equal(order, orderOfLibrary);
      assert.equal(cancel, cancelOfLibrary);
    });

  it('keeps to the limits of the pacer, and a cancel that has no room waits for its turn', async () => {
    await open(178);
    const bytes = orderBytes(session, 7);
    const orders = PACER_LIMITS.perSecondMax - PACER_LIMITS.reservedForCancels;
    const accepted = Array.from({ length: orders + 5 }, () => session.sendNow('order', bytes));
    assert.equal(accepted.filter(Boolean).length, orders);
    assert.equal(accepted.lastIndexOf(true), orders - 1);
    for (let i = 0; i <= PACER_LIMITS.reservedForCancels; i++) assert.ok(session.cancelOrder(7));
    assert.equal(session.messagesWaiting, 1);
    await gateway.until(() => gateway.frames.length === PACER_LIMITS.perSecondMax + 1);
    assert.equal(session.messagesWaiting, 0);
  });

  it('does nothing while earlier bytes have not left; no frame ever comes between the bytes of another', async () => {
    await open(178);
    gateway.pause();
    const stream = streamOf(session.ib)!;
    const large = frameOf('49', '1', 'x'.repeat(12_000_000));
    stream.write(large);
    assert.ok(stream.writableLength > 0);
    const bytes = orderBytes(session, 8);
    for (let i = 0; i < 100; i++) assert.equal(session.sendNow('order', bytes), false);
    assert.ok(session.cancelOrder(8), 'the cancel goes behind them, through the library');
    gateway.resume();
    await gateway.until(() => gateway.frames.length === 2);
    assert.ok(session.sendNow('order', bytes), 'what was refused has used up nothing');
    session.send('request', (ib) => ib.reqCurrentTime());
    assert.ok(session.sendNow('order', bytes));
    await gateway.until(() => gateway.frames.length === 5);
    assert.deepEqual(
      gateway.frames.map((frame) => [frame.length, frame.toString('latin1', 0, 2).replace('\0', '')]),
      [
        ...[
          [large.length - 4, '49'],
          [gateway.frames[1]!.length, '4'],
          [bytes.length - 4, '3'],
        ],
        ...[
          [gateway.frames[3]!.length, '49'],
          [bytes.length - 4, '3'],
        ],
      ],
    );
  });

  it('says no once the connection is gone, from the moment on at which it is given up', async () => {
    await open(178);
    const bytes = orderBytes(session, 9);
    session.ib.disconnect();
    assert.ok(session.open, 'nobody has told it yet');
    assert.equal(session.sendNow('order', bytes), false);
    await session.closed;
    assert.equal(session.sendNow('order', bytes), false);
    assert.equal(session.cancelOrder(9), false);
  });

  it('has no encoder where the library would write nothing', async () => {
    await open(178);
    const refused = {
      ...ES,
      get symbol(): string {
        throw new Error('no symbol');
      },
    };
    assert.equal(session.orderEncoder(ACCOUNT, refused), null);
  });
});

describe('an order that is sent at once', () => {
  it('has reached the peer while the thread that sent it does nothing else', async () => {
    const received = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(new URL('./bare-gateway-thread.js', import.meta.url), { workerData: received.buffer });
    const [address] = await once(worker, 'message');
    const session = await GatewaySession.open(address, CALM);
    try {
      for (let sent = 0; sent < 20; sent++) {
        assert.ok(session.sendNow('order', orderBytes(session, 1000 + sent)));
        // From here on no callback of this thread runs.
        assert.notEqual(Atomics.wait(received, 0, sent, BLOCKED_MS_MAX), 'timed-out', `order ${sent} has not left`);
        assert.equal(Atomics.load(received, 0), sent + 1);
      }
    } finally {
      session.close('end of the test');
      await worker.terminate();
    }
  });

  it('is taken by the simulated gateway, and cancelled', async () => {
    const gateway = await startGateway({
      ...{ data: ES_SAMPLE, settings: { accounts: [ACCOUNT], startCash: 1e9 }, log: pino({ level: 'silent' }) },
    });
    const session = await GatewaySession.open({ host: gateway.host, port: gateway.port }, QUICK.timeouts);
    try {
      const orderId = session.nextValidId;
      const seen = (status: string) =>
        new Promise<void>((resolve) => {
          session.ib.on(EventName.orderStatus, (id, said) => {
            if (id === orderId && said === status) resolve();
          });
        });
      const working = seen('Submitted');
      const prepared = session.orderEncoder(ACCOUNT, ES)!.prepare(orderId, 'ref')!;
      assert.ok(session.sendNow('order', prepared.fill('BUY', 1, 'LMT', 2000)));
      await working;
      const cancelled = seen('Cancelled');
      assert.ok(session.cancelOrder(orderId));
      await cancelled;
    } finally {
      session.close('end of the test');
      await gateway.stop();
    }
  });
});
