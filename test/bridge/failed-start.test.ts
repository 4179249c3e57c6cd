import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import path from 'node:path';
import { AppendLog } from '../../bridge/disk/append-log.js';
import { CONTROL_FILES } from '../../shared/contract/trading-control.js';
import { filesOf } from './files-of.js';
import { endOf } from './refused-start.js';
import { Rig } from './rig.js';

describe('a start that fails', () => {
  let rig: Rig;
  let port: Server | undefined;
  afterEach(async () => {
    port?.close();
    port = undefined;
    await rig.end();
  });

  /** A home whose bridge has traded and was stopped, with an operator's request that waits for the next one. */
  async function usedHome(bridgePort = 0): Promise<void> {
    rig = await Rig.start({ config: { metrics: { bridgePort } } });
    if (bridgePort === 0) await rig.startBridge();
    if (bridgePort === 0) await rig.until('ready', ({ connection }) => connection === 'ready');
    await rig.stopBridge();
    mkdirSync(path.join(rig.broker, 'control'), { recursive: true });
    const request = { v: 1, by: 'test', reason: 'must wait', at: new Date().toISOString() };
    writeFileSync(path.join(rig.broker, 'control', CONTROL_FILES.flatten), JSON.stringify(request));
    rig.writeHome();
  }

  /** The process ends by itself, says why and where to read on, and leaves everything as it was. */
  async function assertRefused(why: RegExp): Promise<void> {
    const before = filesOf(rig.broker);
    const { code, said } = await endOf(rig.spawnBridge({ stdio: ['pipe', 'ignore', 'pipe'], logLevel: 'error' }));
    assert.equal(code, 1, said);
    assert.match(said, why);
    assert.match(said, /^ {2}-> .*docs\/bridge\.md, runbook "A start that fails"/m);
    assert.ok(existsSync(path.join(rig.broker, 'control', CONTROL_FILES.flatten)), 'the request still waits');
    const after = filesOf(rig.broker);
    for (const file of NOT_COUNTED) (after as Map<string, string>).delete(file);
    for (const file of NOT_COUNTED) (before as Map<string, string>).delete(file);
    assert.deepEqual([...after.keys()], [...before.keys()]);
    for (const [file, bytes] of before) assert.ok(after.get(file) === bytes, `${file} is as it was`);
    assert.equal(rig.gateway.ledger.orders.size, 0);
    assert.deepEqual(rig.gateway.clientIds, [], 'nobody has connected');
  }
  /** Who holds the folder: not what a bridge knows. */
  const NOT_COUNTED = ['bridge.lock', 'bridge.pid'];

  it('for a port that is taken ends the process, says which setting moves it, and changes nothing', async () => {
    port = createServer();
    await new Promise<void>((resolve) => port!.listen(0, '127.0.0.1', resolve));
    await usedHome((port.address() as AddressInfo).port);
    await assertRefused(/port \d+ .* is taken[\s\S]*metrics\.bridgePort/);
  });

  it('for a journal that cannot be read ends the process, names the line, and changes nothing', async () => {
    await usedHome();
    const journal = path.join(rig.broker, 'journal', `${rig.config.gateway.account}-ESU9`);
    const orders = readdirSync(journal).find((file) => file.startsWith('orders-'))!;
    appendFileSync(path.join(journal, orders), '{"v":1,"n":99,"kind":"fill"}\n');
    // What a killed bridge leaves open must stay as it was as well.
    const capture = path.join(rig.broker, 'capture');
    const segment = readdirSync(capture).find((file) => file.startsWith('dom_ib'))!;
    renameSync(path.join(capture, segment), path.join(capture, `${segment}.open`));
    await assertRefused(new RegExp(`${orders} \\(line \\d+\\)[\\s\\S]*move the file aside only after`));
  });

  it('for a capture folder that cannot be written ends the process, names it, and changes nothing', async () => {
    await usedHome();
    const capture = path.join(rig.broker, 'capture');
    rmSync(capture, { recursive: true });
    writeFileSync(capture, 'a file in the way');
    await assertRefused(/broker\/capture cannot be written[\s\S]*give the user of this service the right/);
  });

  it('for a swap log that cannot be read ends the process, names the line, and changes nothing', async () => {
    await usedHome();
    for (const line of ['{"v":1}\n', 'no JSON\n']) {
      writeFileSync(path.join(rig.broker, 'swaps.jsonl'), line);
      await assertRefused(/swaps\.jsonl \(line 1\)/);
    }
  });

  it('is undone: the next one finds port and home free', async () => {
    await usedHome();
    const swaps = path.join(rig.broker, 'swaps.jsonl');
    writeFileSync(swaps, '{"v":1}\n');
    await assert.rejects(rig.startBridge(), { type: 'BadInput' });
    writeFileSync(swaps, '');
    rmSync(path.join(rig.broker, 'control', CONTROL_FILES.flatten));
    await rig.startBridge();
    await rig.until('ready', ({ connection }) => connection === 'ready');
  });

  it('after what can fail had been opened leaves no timer, no connection and no lock behind', async () => {
    await usedHome();
    const { read } = AppendLog.prototype;
    AppendLog.prototype.read = function (this: AppendLog) {
      if (path.basename(this.file).startsWith('orders-')) throw new Error('a defect in the middle of the start');
      return read.call(this);
    };
    try {
      await assert.rejects(rig.startBridge(), { type: 'StartDefect' });
    } finally {
      AppendLog.prototype.read = read;
    }
    assert.ok(existsSync(path.join(rig.broker, 'control', CONTROL_FILES.flatten)));
    await rig.startBridge();
    await rig.until('flat', () => !existsSync(path.join(rig.broker, 'control', CONTROL_FILES.flatten)));
  });
});
