import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { HostileCaller, SECRET } from './hostile-caller.js';

const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');
const SHIP = 'ship/attack~0a1b2c3d';
const BACKTEST = 'backtest/attack~0a1b2c3d';

describe('attack: a reference to a file that is not the step’s', function () {
  this.timeout(60_000);
  let caller: HostileCaller;
  let secretHash: string;
  before(async () => {
    caller = await HostileCaller.enter();
    secretHash = sha256(readFileSync(caller.secretFile));
    await caller.call(caller.research.openShip, { shipId: SHIP, request: {} });
  });
  after(() => caller.leave());

  const shipFolder = () => path.join(caller.home, 'research', 'ships', 'ship+attack~0a1b2c3d');
  const aimedAt = (file: string, sha = '0'.repeat(64), bytes = 100) => ({ uri: file, sha256: sha, bytes });
  /** Refused, in words that tell nothing of what is in a file outside. */
  const assertTellsNothing = (said: string) => {
    assert.doesNotMatch(said, /^ACCEPTED/);
    for (const word of [SECRET, secretHash, 'PRIVATE KEY']) assert.ok(!said.includes(word), `it says ${word}: ${said}`);
  };

  it('does not tell the hash of a secret', async () => {
    const manifest = aimedAt(caller.secretFile);
    const { buildSamples, trainHead, planGate, assembleCandidate } = caller.research;
    assertTellsNothing(await caller.refusal(buildSamples, { shipId: SHIP, trainingSet: { manifest } }));
    assertTellsNothing(
      await caller.refusal(trainHead, { shipId: SHIP, samples: { head: 'F2_dom', samples: manifest } }),
    );
    assertTellsNothing(
      await caller.refusal(planGate, { shipId: SHIP, samples: [{ head: 'F2_dom', samples: manifest }] }),
    );
    assertTellsNothing(
      await caller.refusal(assembleCandidate, { shipId: SHIP, heads: [{ head: 'F2_dom', onnx: manifest }] }),
    );
  });

  it('does not confirm a guess at what a secret holds', async () => {
    const guessed = aimedAt(caller.secretFile, secretHash, readFileSync(caller.secretFile).length);
    const wrong = { ...guessed, sha256: '1'.repeat(64) };
    const { judgeGate } = caller.research;
    const ask = (score: object) => ({
      shipId: SHIP,
      plan: { priorVersion: null, folds: [], problems: [] },
      scores: [{ head: 'F2_dom', fold: 0, score }],
    });
    writeFileSync(path.join(shipFolder(), 'folds.json'), '[]');
    const withoutStack = (said: string) => said.split('\n')[0];
    assert.equal(
      withoutStack(await caller.refusal(judgeGate, ask(guessed))),
      withoutStack(await caller.refusal(judgeGate, ask(wrong))),
    );
  });

  it('brings no private key into a tarball that is published', async () => {
    const [name = ''] = readdirSync(path.join(caller.home, 'signer', 'keys'));
    const keyFile = path.join(caller.home, 'signer', 'keys', name);
    const key = readFileSync(keyFile);
    const toKey = { uri: keyFile, sha256: sha256(key), bytes: key.length };
    mkdirSync(path.join(shipFolder(), 'candidate'), { recursive: true });
    writeFileSync(path.join(shipFolder(), 'candidate', 'feature-schema.json'), '{}');
    const listed = `[{"name":"feature-schema.json","size":2,"sha256":"${sha256('{}')}"}]\n`;
    const candidateFile = path.join(shipFolder(), 'candidate.json');
    writeFileSync(candidateFile, listed);
    const manifest = { uri: candidateFile, sha256: sha256(listed), bytes: listed.length };
    const ask = {
      shipId: SHIP,
      candidate: { manifest },
      gate: { verdict: 'pass', reasons: [], report: toKey, card: { json: toKey, html: toKey } },
      trainingSet: { merkleRoot: '0'.repeat(64), shards: 1 },
      decision: null,
    };
    assertTellsNothing(await caller.refusal(caller.research.signRelease, ask));
    symlinkSync(keyFile, path.join(shipFolder(), 'gate-report.json'));
    assertTellsNothing(await caller.refusal(caller.research.signRelease, ask));
    rmSync(path.join(shipFolder(), 'gate-report.json'));
    assert.equal(existsSync(path.join(caller.home, 'research', 'releases', 'believe-v1.tar.gz')), false);
    const inbox = path.join(caller.home, 'signer', 'inbox');
    for (const name of existsSync(inbox) ? readdirSync(inbox) : [])
      assert.ok(!readFileSync(path.join(inbox, name)).includes('PRIVATE KEY'), `the signer's inbox holds ${name}`);
  });

  it('follows no link out of the ship’s folder', async () => {
    symlinkSync(caller.secretFile, path.join(shipFolder(), 'training-set.json'));
    const manifest = aimedAt('training-set.json', secretHash, readFileSync(caller.secretFile).length);
    const said = await caller.refusal(caller.research.buildSamples, { shipId: SHIP, trainingSet: { manifest } });
    assert.match(said, /leads out of its folder/);
    assertTellsNothing(said);
  });

  it('does not block the worker on a pipe or a terminal device', async () => {
    const pipe = path.join(caller.home, 'research', 'input', 'pipe');
    assert.equal(spawnSync('mkfifo', [pipe]).status, 0);
    for (const file of [pipe, '/dev/ptmx', '/dev/zero']) {
      const manifest = aimedAt(file);
      assertTellsNothing(
        await caller.refusal(caller.research.buildSamples, { shipId: SHIP, trainingSet: { manifest } }),
      );
      const request = { files: [file] };
      const said = await caller.refusal(caller.research.planBacktest, { backtestId: BACKTEST, request });
      assert.match(said, /not a plain file|not in a folder/);
    }
  });

  it('does not make the worker hold a file of gigabytes', async () => {
    const huge = path.join(caller.home, 'research', 'releases', 'believe-v9.tar.gz');
    mkdirSync(path.dirname(huge), { recursive: true });
    writeFileSync(huge, '');
    truncateSync(huge, 10 * 2 ** 30);
    const request = { release: huge };
    assert.match(
      await caller.refusal(caller.research.planBacktest, { backtestId: BACKTEST, request }),
      /has more than \d+ bytes/,
    );
  });

  it('prints no line of a file that is no market data', async () => {
    const { planBacktest } = caller.research;
    const elsewhere = { files: [caller.depthFile], release: null };
    for (const request of [
      { ...elsewhere, bars: [caller.secretFile] },
      { files: [caller.secretFile] },
      { files: [`${caller.depthFile}/../../../../broker/keys/releases.password`] },
      { release: caller.secretFile },
      { release: path.dirname(caller.secretFile) },
    ]) {
      const said = await caller.refusal(planBacktest, { backtestId: BACKTEST, request });
      assertTellsNothing(said);
      assert.match(said, /is not in a folder that a backtest may read/);
    }
  });

  it('says the same of a file that is there and of one that is not', async () => {
    const said = async (file: string) => {
      const [line = ''] = (
        await caller.refusal(caller.research.planBacktest, { backtestId: BACKTEST, request: { files: [file] } })
      ).split('\n');
      return line.replace(file, 'FILE');
    };
    assert.equal(await said(caller.secretFile), await said(`${caller.secretFile}.not`));
  });

  it('reads and writes days of no other path than its own', async () => {
    const plan = { tradeDates: [], plan: aimedAt('plan.json') };
    const { backtestDay, concludeBacktest } = caller.research;
    assertTellsNothing(await caller.refusal(backtestDay, { backtestId: BACKTEST, plan, tradeDate: '../../x' }));
    const days = [
      { tradeDate: '../../../broker/keys/releases.password', result: aimedAt(caller.secretFile, secretHash) },
    ];
    assertTellsNothing(await caller.refusal(concludeBacktest, { backtestId: BACKTEST, plan, days }));
  });
});
