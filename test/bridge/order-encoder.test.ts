import assert from 'node:assert/strict';
import { type Contract, MIN_SERVER_VER, SecType } from '@stoqey/ib';
import fc from 'fast-check';
import { CancelEncoder } from '../../bridge/connection/cancel-encoder.js';
import { contractOf } from '../../bridge/connection/contract.js';
import { gatewayOrder, type OrderTerms } from '../../bridge/connection/gateway-order.js';
import { createIbApi } from '../../bridge/connection/ib-api.js';
import { LibraryBytes } from '../../bridge/connection/library-bytes.js';
import { type LibraryOrder, OrderEncoder } from '../../bridge/connection/order-encoder.js';
import { configSchema } from '../../shared/config/config.js';
import { decodePlaceOrder } from '../../simulator/wire/decode-order.js';
import { FieldReader } from '../../simulator/wire/field-reader.js';

const ACCOUNT = 'DU1000001';
/** From the first version of the protocol that the bridge speaks to the last that the library takes. */
const VERSIONS = Array.from({ length: MIN_SERVER_VER.CME_TAGGING_FIELDS_IN_OPEN_ORDER - 99 }, (_, i) => 100 + i);
/** Of those, versions without a field of their own for the message's version: the gateways of today. */
const FIRST_MODERN = MIN_SERVER_VER.ORDER_CONTAINER;

const es = contractOf(configSchema.parse({ instrument: { localSymbol: 'ESU9' } }).instrument);
const CONTRACTS: readonly Contract[] = [
  es,
  { ...es, symbol: 'JPY', localSymbol: '6JH6', currency: 'USD' },
  { ...es, symbol: 'ZN', localSymbol: 'ZN   MAR 26', exchange: 'CBOT' },
  { ...es, conId: 495512563, lastTradeDateOrContractMonth: '20260320', multiplier: 50, tradingClass: 'ES' },
  { symbol: 'ES', exchange: 'CME', secType: SecType.FUT, currency: 'USD', lastTradeDateOrContractMonth: '202603' },
  { ...es, exchange: 'IBKRATS', strike: 0.5, primaryExch: 'CME', includeExpired: true },
];

interface Library {
  readonly placeOrder: LibraryOrder;
  readonly cancelOrder: (orderId: number) => Buffer;
}

/** The library's encoder and its way into the socket; only its limiter, which holds back a thousand in a row, is left out. */
function libraryAt(serverVersion: number): Library {
  const ib = createIbApi({ host: 'nowhere.invalid', port: 1 }, { onBroken: assert.ifError, onDepth: () => {} });
  const controller = Reflect.get(ib, 'controller');
  const written: Buffer[] = [];
  Reflect.set(controller.socket, '_serverVersion', serverVersion);
  Reflect.set(controller.socket, 'client', { write: (bytes: Buffer) => written.push(bytes) });
  Reflect.set(controller, 'rateLimiter', (tokens: unknown[]) => controller.socket.send(tokens));
  controller.resume();
  assert.equal(ib.serverVersion, serverVersion);
  const only = (call: () => void): Buffer => {
    call();
    assert.equal(written.length, 1);
    return written.pop()!;
  };
  return {
    placeOrder: (...order) => only(() => ib.placeOrder(...order)),
    cancelOrder: (orderId) => only(() => ib.cancelOrder(orderId)),
  };
}

function encoderAt(serverVersion: number, contract: Contract): OrderEncoder | null {
  const library = new LibraryBytes(serverVersion);
  return OrderEncoder.of((...order) => library.of((ib) => ib.placeOrder(...order)), ACCOUNT, contract);
}

const orderId = fc.oneof(fc.nat(2_147_483_647), fc.nat(99));
const orderRef = fc.oneof(fc.uuid(), fc.string({ unit: 'grapheme-ascii', maxLength: 60 }));
const tickSize = fc.constantFrom(0.25, 0.1, 0.01, 0.005, 0.0000005, 1 / 32, 1 / 64, 1 / 128, 1, 5);
const tickPrice = fc.tuple(tickSize, fc.integer({ min: -2_000_000, max: 20_000_000 })).map(([size, ticks]) => {
  const perPoint = Math.round(1 / size);
  return size < 1 ? ticks / perPoint : ticks * size;
});
const oddPrice = fc.constantFrom(0, -0, 5e-7, -1e-7, 1e21, 1e15, 123456789012345.6, Number.MAX_VALUE, Number.NaN);
const price = fc.oneof({ weight: 8, arbitrary: tickPrice }, oddPrice, fc.double());
const side = fc.constantFrom('BUY' as const, 'SELL' as const);
const contracts = fc.integer({ min: 1, max: 500 });
const terms: fc.Arbitrary<OrderTerms> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ side, contracts, orderType: fc.constant('LMT' as const), limitPrice: price }) },
  fc.record({ side, contracts, orderType: fc.constant('MKT' as const), limitPrice: fc.constant(null) }),
);

function written(encoder: OrderEncoder, id: number, reference: string, order: OrderTerms): Buffer {
  const prepared = encoder.prepare(id, reference);
  assert.ok(prepared, `order ${id}, '${reference}' is not prepared`);
  return prepared.fill(order.side, order.contracts, order.orderType, order.limitPrice);
}

const fieldsOf = (frame: Buffer) => [frame.readUInt32BE(0), ...frame.toString('utf8', 4).split('\0')];

function assertSame(ours: Buffer, theirs: Buffer): void {
  if (ours.equals(theirs)) return;
  assert.deepEqual(fieldsOf(ours), fieldsOf(theirs));
  assert.fail('the fields are the same and the bytes are not');
}

describe('order encoder', () => {
  for (const version of VERSIONS)
    it(`writes what the library writes at server version ${version}`, () => {
      const library = libraryAt(version);
      const encoders = CONTRACTS.map((contract) => encoderAt(version, contract)!);
      const which = fc.nat(CONTRACTS.length - 1);
      fc.assert(
        fc.property(which, orderId, orderRef, terms, (index, id, reference, order) => {
          const theirs = library.placeOrder(id, CONTRACTS[index]!, gatewayOrder(ACCOUNT, reference, order))!;
          assertSame(written(encoders[index]!, id, reference, order), theirs);
        }),
        { numRuns: version < FIRST_MODERN ? 300 : 2000 },
      );
    });

  it('writes what the simulated gateway reads, every field in its place', () => {
    const encoder = encoderAt(178, CONTRACTS[1]!)!;
    const bytes = written(encoder, 77, 'ref', { side: 'SELL', contracts: 12, orderType: 'LMT', limitPrice: 5e-7 });
    const [, messageId, ...fields] = fieldsOf(bytes).map(String);
    const order = decodePlaceOrder(new FieldReader(fields.slice(0, -1)), 178);
    const { action, quantity, type, limitPrice, tif, account, orderRef, transmit, outsideRth, whatIf } = order.terms;
    assert.deepEqual([messageId, order.orderId, order.contract.localSymbol], ['3', 77, '6JH6']);
    assert.deepEqual([action, quantity, type, limitPrice, tif, account], ['SELL', 12, 'LMT', 5e-7, 'DAY', ACCOUNT]);
    assert.deepEqual([orderRef, transmit, outsideRth, whatIf], ['ref', true, true, false]);
  });

  it('would be noticed if it wrote the message of another version', () => {
    const order: OrderTerms = { side: 'BUY', contracts: 1, orderType: 'LMT', limitPrice: 2900.25 };
    const messages = VERSIONS.map((version) => ({
      ours: written(encoderAt(version, es)!, 7, 'ref', order).toString('hex'),
      theirs: libraryAt(version)
        .placeOrder(7, es, gatewayOrder(ACCOUNT, 'ref', order))!
        .toString('hex'),
    }));
    const kinds = new Set(messages.map(({ theirs }) => theirs));
    assert.ok(kinds.size >= 15, `the library writes ${kinds.size} different messages`);
    for (const one of messages)
      for (const { theirs } of messages) assert.equal(one.ours === theirs, one.theirs === theirs);
  });

  it('is refused where the library does not keep to one message', () => {
    const library = libraryAt(178);
    const honest: LibraryOrder = (id, contract, order) => library.placeOrder(id, contract, order);
    const other = libraryAt(176);
    const changed = (frame: Buffer | null, change: (fields: string[]) => string[]) =>
      frameOf(change(frame!.toString('latin1', 4, frame!.length - 1).split('\0')));
    assert.ok(OrderEncoder.of(honest, ACCOUNT, es));
    const liars: Record<string, LibraryOrder> = {
      'writes nothing': () => null,
      'changes its version for sales': (id, contract, order) =>
        (order.action === 'SELL' ? other : library).placeOrder(id, contract, order),
      'changes its version for market orders': (id, contract, order) =>
        (order.orderType === 'MKT' ? other : library).placeOrder(id, contract, order),
      'says the id twice': (id, contract, order) => changed(honest(id, contract, order), (all) => [...all, String(id)]),
      'says the price twice': (id, contract, order) =>
        changed(honest(id, contract, order), (all) => [...all, String(order.lmtPrice ?? '')]),
      'puts a field between': (id, contract, order) =>
        changed(honest(id, contract, order), (all) => all.flatMap((one) => (one === 'LMT' ? [one, ''] : [one]))),
      'writes 0 for no price': (id, contract, order) => honest(id, contract, { lmtPrice: 0, ...order }),
      'rounds prices': (id, contract, order) =>
        honest(id, contract, order.lmtPrice === undefined ? order : { ...order, lmtPrice: Math.round(order.lmtPrice) }),
      'leaves the reference out': (id, contract, { orderRef: _, ...order }) => honest(id, contract, order),
    };
    for (const [what, liar] of Object.entries(liars)) assert.equal(OrderEncoder.of(liar, ACCOUNT, es), null, what);
  });

  it('leaves ids and references to the library that are more than plain digits and ASCII', () => {
    const encoder = encoderAt(178, es)!;
    for (const reference of ['a\0b', 'é', '😀', 'tab\t', '\ud800']) assert.equal(encoder.prepare(1, reference), null);
    for (const id of [-1, 1.5, Number.NaN, 2 ** 60]) assert.equal(encoder.prepare(id, 'ref'), null, String(id));
  });

  it('writes an odd account or symbol as the library does, or not at all', () => {
    const order: OrderTerms = { side: 'BUY', contracts: 1, orderType: 'MKT', limitPrice: null };
    const library = libraryAt(178);
    let prepared = 0;
    for (const text of ['DÜ1', '東証', 'a\0b', '', '98765', '1987654321', '\ud800']) {
      const contract = { ...es, localSymbol: text };
      const encoder = OrderEncoder.of((...all) => library.placeOrder(...all), text, contract);
      if (encoder === null) continue;
      prepared++;
      assertSame(written(encoder, 1, 'ref', order), library.placeOrder(1, contract, gatewayOrder(text, 'ref', order))!);
    }
    assert.ok(prepared >= 3);
  });

  it('can be filled anew as long as nobody has the bytes, however long head and terms are', () => {
    const contract = { ...es, localSymbol: 'X'.repeat(100) };
    const encoder = encoderAt(178, contract)!;
    const prepared = encoder.prepare(9, 'ref')!;
    const long: OrderTerms = { side: 'SELL', contracts: 1 / 3, orderType: 'LMT', limitPrice: -Math.PI * 1e-6 };
    const longer: OrderTerms = { ...long, contracts: -1.234567890123456e-5, limitPrice: -1.234567890123456e-300 };
    const short: OrderTerms = { side: 'BUY', contracts: 1, orderType: 'MKT', limitPrice: null };
    for (const order of [short, long, longer, short]) {
      const again = prepared.fill(order.side, order.contracts, order.orderType, order.limitPrice);
      assertSame(again, libraryAt(178).placeOrder(9, contract, gatewayOrder(ACCOUNT, 'ref', order))!);
    }
  });
});

describe('the bytes of the library', () => {
  const cancel = (library: LibraryBytes) => library.of((ib) => ib.cancelOrder(7));

  it('are not known before the version is', () => {
    assert.ok(cancel(new LibraryBytes(100)));
    assert.equal(cancel(new LibraryBytes(0)), null);
  });

  it('are not believed where the library keeps its version elsewhere, and would write for an old gateway', () => {
    const ib = createIbApi({ host: 'nowhere.invalid', port: 1 }, { onBroken: assert.ifError, onDepth: () => {} });
    const socketClass = Object.getPrototypeOf(Reflect.get(ib, 'controller').socket);
    const kept = Object.getOwnPropertyDescriptor(socketClass, 'serverVersion')!;
    Object.defineProperty(socketClass, 'serverVersion', { ...kept, get: () => 0 });
    try {
      assert.equal(cancel(new LibraryBytes(178)), null);
    } finally {
      Object.defineProperty(socketClass, 'serverVersion', kept);
    }
    assert.ok(cancel(new LibraryBytes(178)));
  });

  it('are not those of a call that fails, writes nothing, or writes twice', () => {
    const library = new LibraryBytes(178);
    const fail = () => {
      throw new Error('on purpose');
    };
    assert.equal(library.of(fail), null);
    assert.equal(
      library.of(() => {}),
      null,
    );
    assert.equal(
      library.of((ib) => ib.cancelOrder(7).cancelOrder(8)),
      null,
    );
    assert.ok(cancel(library));
  });
});

describe('cancel encoder', () => {
  it('writes what the library writes at every server version, and no other version', () => {
    const kinds = new Set<string>();
    for (const version of VERSIONS) {
      const library = libraryAt(version);
      const encoder = CancelEncoder.of(library.cancelOrder)!;
      fc.assert(fc.property(orderId, (id) => assertSame(encoder.encode(id)!, library.cancelOrder(id))));
      kinds.add(library.cancelOrder(7).toString('hex'));
    }
    assert.equal(kinds.size, 4, 'without a time, with one, with RFQ fields, with CME tags');
  });

  it('is refused where the library does not keep to one message', () => {
    const [old, young] = [libraryAt(168), libraryAt(193)];
    const mixed = (id: number) => (id === 7 ? old : young).cancelOrder(id);
    assert.ok(CancelEncoder.of(young.cancelOrder));
    assert.equal(CancelEncoder.of(mixed), null);
    assert.equal(
      CancelEncoder.of(() => null),
      null,
    );
    for (const id of [-1, 0.5, 2 ** 60]) assert.equal(CancelEncoder.of(young.cancelOrder)!.encode(id), null);
  });
});

function frameOf(fields: readonly string[]): Buffer {
  const body = Buffer.from(`${fields.join('\0')}\0`, 'latin1');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}
