import assert from 'node:assert/strict';
import { type ShipStatus, statusText } from '../../cli/ship/status-text.js';

const HELD: ShipStatus = {
  ...{
    workflowId: 'ship/mine',
    runId: 'r',
    status: 'RUNNING',
    startTime: '',
    stage: 'Held',
    modelVersion: null,
    holdReasons: ['Too few dates.'],
  },
  ...{ doing: '', webUi: 'http://127.0.0.1:8233/ship' },
  progress: {
    ...{ stage: 'Held', stages: [{ stage: 'Gating', seconds: 19.34 }], modelVersion: null, held: true },
    ...{ reasons: ['Too few dates.'], decision: null, modelCard: '/home/ships/mine/model-card.html' },
    ...{ nextOpen: null, remarks: [] },
  },
};

describe('believe ship status', () => {
  it('names the model card, which whoever decides reads first', () => {
    const lines = statusText(HELD).split('\n');
    assert.equal(lines[0], 'ship/mine  Held');
    assert.ok(lines.includes('  held: Too few dates.'));
    assert.ok(lines.includes('  model card    /home/ships/mine/model-card.html'));
  });

  it('names none before there is one, and none where no worker answers', () => {
    const early = { ...HELD, progress: { ...HELD.progress!, modelCard: null } };
    for (const status of [early, { ...HELD, progress: null }]) assert.doesNotMatch(statusText(status), /model card/);
  });
});
