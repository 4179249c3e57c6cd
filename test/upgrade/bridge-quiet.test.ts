import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { bridgeRefusals } from '../../deploy/upgrade/bridge-quiet.js';

/** A Tuesday: 03:00 and 11:00 in New York. */
const NIGHT = Date.parse('2026-01-06T08:00:00Z');
const REGULAR_HOURS = Date.parse('2026-01-06T16:00:00Z');

describe('whether a bridge may be restarted', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-quiet-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const refusals = (nowMs: number, said: object | null) => {
    const file = path.join(folder, 'status.json');
    const at = new Date(nowMs - 1000).toISOString();
    const whole = {
      ...{ v: 1, pid: 10, startedAt: at, wallTime: at, marketTime: at, connection: 'ready', trading: 'armed' },
      ...{ haltReason: null, modelVersion: 2, counter: 2, shipId: 'ship/a', eventsSeen: 100, lastEventSeq: 100 },
      ...{ lastEventMarketTime: null, decisions: 5, decisionErrors: 0, ordersSent: 0, fills: 0, positionContracts: 0 },
      ...{ decisionLatencyMsP50: 1, decisionLatencyMsP99: 2, accountContracts: 0 },
      queues: { messagesWaiting: 0, captureBacklogBytes: 0, journalLinesWaiting: 0, ordersLive: 0 },
    };
    if (said !== null) writeFileSync(file, JSON.stringify({ ...whole, ...said }));
    return bridgeRefusals(file, 'ESH6', nowMs).join('; ');
  };

  it('may outside regular hours, flat by its own word and the account’s, without orders', () => {
    assert.equal(refusals(NIGHT, {}), '');
  });

  it('may not otherwise, and not where it does not say', () => {
    assert.match(refusals(REGULAR_HOURS, {}), /^these are regular hours of ESH6/);
    assert.match(refusals(NIGHT, { positionContracts: -1 }), /^the bridge has a position of -1$/);
    assert.match(refusals(NIGHT, { accountContracts: 3 }), /^the account has 3 contracts$/);
    assert.match(refusals(NIGHT, { accountContracts: null }), /^the account has an unknown number of contracts$/);
    assert.match(refusals(NIGHT, { queues: undefined }), /^an unknown number of orders are live$/);
    assert.match(
      refusals(NIGHT, { wallTime: new Date(NIGHT - 60_000).toISOString() }),
      /does not say whether it is flat/,
    );
    writeFileSync(path.join(folder, 'status.json'), '{');
    assert.match(
      bridgeRefusals(path.join(folder, 'status.json'), 'ESH6', NIGHT).join(),
      /does not say whether it is flat/,
    );
  });
});
