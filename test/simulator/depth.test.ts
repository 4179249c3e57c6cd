import assert from 'node:assert/strict';
import { EventName } from '@stoqey/ib';
import { Fixture } from './fixture.js';
import { type DepthOperation, readSample, SpliceBook } from './sample.js';
import { ES, type StoqeyClient } from './stoqey-client.js';

const sample = readSample();

describe('market depth', () => {
  let fixture: Fixture;
  beforeEach(() => {
    fixture = new Fixture();
  });
  afterEach(() => fixture.close());

  it('delivers every operation of the real sample, unchanged and in order', async () => {
    const gateway = await fixture.gateway({ speed: 'max', begin: 'on-subscription' });
    const client = await fixture.stoqey(gateway);
    client.api.reqMktDepth(7, ES, 10, false);
    await gateway.tapeEnd;
    await client.settle();
    assert.deepEqual(
      operationsOf(client, 7),
      sample.depth.map(({ op, side, position, price, size }) => ({ op, side, position, price, size })),
    );
  });

  it('lets a late client with fewer rows rebuild the same top of the book by splicing a list', async () => {
    const gateway = await fixture.gateway();
    await gateway.step(5000);
    const client = await fixture.stoqey(gateway);
    client.api.reqMktDepth(7, ES, 4, false);
    await client.settle();
    await gateway.step(10_000);
    await client.settle();
    const book = new SpliceBook(4);
    for (const operation of operationsOf(client, 7)) book.apply(operation);
    assert.deepEqual(book.top(4), referenceAfter(15_000).top(4));
  });

  it('lets clients that overwrite on insert and never shift see the same book in overwrite style', async () => {
    const gateway = await fixture.gateway({ settings: { depthStyle: 'overwrite' } });
    const client = await fixture.stoqey(gateway);
    client.api.reqMktDepth(7, ES, 10, false);
    await client.settle();
    await gateway.step(15_000);
    await client.settle();
    const rows: [Map<number, [number, number]>, Map<number, [number, number]>] = [new Map(), new Map()];
    for (const { op, side, position, price, size } of operationsOf(client, 7)) {
      const list = rows[side as 0 | 1];
      if (op === 2) {
        assert.equal(position, list.size - 1, 'a delete may only take the last row');
        list.delete(position);
      } else {
        assert.equal(op, list.has(position) ? 1 : 0);
        assert.ok(position <= list.size, 'an insert may only come at the tail');
        list.set(position, [price, size]);
      }
    }
    const shown = rows.map((list) => [...list].sort(([a], [b]) => a - b).map(([, row]) => row));
    assert.deepEqual(shown, referenceAfter(15_000).top(10));
  });

  it('says 317 when the tape starts over, and the book that follows is whole again', async () => {
    const gateway = await fixture.gateway({ loop: true });
    const client = await fixture.stoqey(gateway);
    client.api.reqMktDepth(7, ES, 10, false);
    await client.settle();
    await gateway.step(sample.events + 3000);
    await client.settle();
    const resetAt = client.heard.findIndex(([name, , code]) => name === EventName.error && code === 317);
    assert.ok(resetAt > 0, 'no 317 was heard');
    const book = new SpliceBook(10);
    for (const [name, id, position, op, side, price, size] of client.heard.slice(resetAt))
      if (name === EventName.updateMktDepth && id === 7)
        book.apply({ op, side, position, price, size } as DepthOperation);
    assert.deepEqual(book.top(10), referenceAfter(3000).top(10));
  });

  it('sends nothing more after the subscription was cancelled', async () => {
    const gateway = await fixture.gateway();
    const client = await fixture.stoqey(gateway);
    client.api.reqMktDepth(7, ES, 10, false);
    await client.settle();
    await gateway.step(100);
    client.api.cancelMktDepth(7, false);
    await client.settle();
    const before = operationsOf(client, 7).length;
    await gateway.step(1000);
    await client.settle();
    assert.equal(operationsOf(client, 7).length, before);
  });
});

function operationsOf(client: StoqeyClient, reqId: number): DepthOperation[] {
  return client
    .of(EventName.updateMktDepth)
    .filter(([id]) => id === reqId)
    .map(([, position, op, side, price, size]) => ({ op, side, position, price, size }) as DepthOperation);
}

/** The book that list splicing gives after the first `events` lines of the sample. */
function referenceAfter(events: number): SpliceBook {
  const book = new SpliceBook(10);
  for (const operation of sample.lines.slice(0, events)) if (operation.kind === 'depth') book.apply(operation);
  return book;
}
