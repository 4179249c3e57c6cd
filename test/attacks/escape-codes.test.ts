import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { failureText } from '../../cli/failure-text.js';
import { terminalText } from '../../cli/output.js';
import { Failure } from '../../shared/failure.js';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
/** Clears the screen, sets the title, turns writing around, and the same in one byte where a terminal takes C1 codes. */
const ESCAPES = '\u001b[2J\u001b]0;owned\u0007\u202e\u009b31m\r\u007f';
const ORDERS = /(?![\n\t])[\p{Cc}\u202a-\u202e]/u;

describe('attack: names, reasons and messages that give orders to the terminal', function () {
  this.timeout(60_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-attack-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  const believe = (...words: string[]) => {
    const { stdout, stderr } = spawnSync(process.execPath, [MAIN, ...words], { encoding: 'utf8' });
    return stdout + stderr;
  };

  it('are shown by number, and the rest of the text stays', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !ORDERS.test(terminalText(text))));
    const plain = 'Résumé 📈 line\n\ttab';
    assert.equal(terminalText(plain), plain);
    assert.equal(terminalText('\u001b[2J'), '\\u001b[2J');
    for (const unseen of ['\ufeff', '\u200b', '\u00ad', '\u2028', '\u{e0041}']) {
      assert.doesNotMatch(terminalText(`a${unseen}b`), /[\p{Cf}\p{Zl}]/u);
      assert.deepEqual(JSON.parse(terminalText(JSON.stringify([unseen]))), [unseen]);
    }
    assert.deepEqual(JSON.parse(terminalText(JSON.stringify({ a: ESCAPES }))), { a: ESCAPES });
  });

  it('do not come through a failure', () => {
    const { text } = failureText(new Failure('ReleaseRefused', `the release of ${ESCAPES}`, ESCAPES));
    assert.doesNotMatch(text, ORDERS);
    assert.doesNotMatch(failureText(new Error(ESCAPES)).text, ORDERS);
  });

  it('do not come through a file that a command is given', () => {
    const config = path.join(folder, 'config.json');
    writeFileSync(config, JSON.stringify({ [ESCAPES]: ESCAPES, home: 7 }));
    assert.doesNotMatch(believe('config', 'check', '--config', config), ORDERS);
    const bars = path.join(folder, 'bars.csv');
    writeFileSync(bars, `${ESCAPES}\n`);
    assert.doesNotMatch(believe('store', 'import', bars, '--home', folder), ORDERS);
  });

  it('do not come through what the bridge says of itself', () => {
    const home = path.join(folder, 'home');
    mkdirSync(path.join(home, 'broker'), { recursive: true });
    const now = new Date().toISOString();
    const status = {
      ...{ v: 1, pid: 10, startedAt: now, wallTime: now, marketTime: now, connection: 'ready', trading: 'halted' },
      ...{ haltReason: `halted by ${ESCAPES}`, modelVersion: 2, counter: 2, shipId: `ship/${ESCAPES}`, eventsSeen: 1 },
      ...{ lastEventSeq: 1, lastEventMarketTime: null, decisions: 5, decisionErrors: 0, ordersSent: 0, fills: 0 },
      ...{ positionContracts: 0, decisionLatencyMsP50: 1, decisionLatencyMsP99: 1, eventLoopDelayMsP99: 1 },
    };
    writeFileSync(path.join(home, 'broker', 'status.json'), JSON.stringify(status));
    const said = believe('bridge', 'status', '--home', home);
    assert.match(said, /halted by \\u001b/);
    assert.doesNotMatch(said, ORDERS);
    assert.doesNotMatch(believe('bridge', 'status', '--home', home, '--json'), ORDERS);
  });
});
