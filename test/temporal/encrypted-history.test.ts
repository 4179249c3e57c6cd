import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Client, WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { closeServer, listenOnLoopback } from '../../shared/node/http/loopback-server.js';
import { SHIP_ATTRIBUTES } from '../../shared/orchestration/ship/search-attributes.js';
import { answerCodec } from '../../temporal/codec-server.js';
import { codecOf, dataConverterOf } from '../../temporal/payload-encryption.js';
import { addPayloadKey, makePayloadKeys } from '../../temporal/payload-keys.js';
import { bundleWorkflows } from '../../temporal/workflow-bundle.js';
import { decideSignal } from '../../workflows/ship/decision-desk.js';
import { EncryptedServer, everythingIn, SUMMARY } from './encrypted-server.js';

const run = promisify(execFile);
const approval = {
  verdict: 'approve' as const,
  by: 'ann',
  reason: 'seen by Xerxes',
  signed: { payloadType: 'decision', payload: 'e30=', signatures: [{ keyid: 'a'.repeat(64), sig: 'AA==' }] },
};
/** Words of the input, of results, of a signal and of a failure, of what a step was asked, and of a summary. */
const INPUT = 'Zebulon';
const FAILURE = 'the vault of Xanadu';
const RESULTS = ['model-card.html', 'gate-report.json', 'believe-v1', 'Only 4 minutes of book'];

describe('a run whose payloads are encrypted', function () {
  this.timeout(90_000);
  let server: EncryptedServer;
  before(async () => {
    server = await EncryptedServer.open();
    for (const name of ['keys.json', 'rotated.json', 'other.json']) makePayloadKeys(server.at(name), 0);
  });
  after(() => server.close());

  const raw = async (workflowId: string) =>
    everythingIn(await server.env.client.workflow.getHandle(workflowId).fetchHistory());
  const stageOf = async (workflowId: string) =>
    (await server.env.client.workflow.getHandle(workflowId).describe()).typedSearchAttributes.get(
      SHIP_ATTRIBUTES.stage,
    );
  const untilStage = async (workflowId: string, stage: string) => {
    while ((await stageOf(workflowId)) !== stage) await pause(50);
  };
  const failing = (step: string) => {
    if (step === 'buildSamples') throw ApplicationFailure.nonRetryable(FAILURE, 'BadInput', FAILURE);
  };

  it('keeps input, results, signals, summaries and failures from the server', async () => {
    const client = server.client('keys.json');
    const live = await server.start(client, 'live', { requestedBy: INPUT });
    await server.with('keys.json', {}, async () => {
      assert.equal((await live.result()).outcome, 'Live');
    });
    await server.with('keys.json', { before: failing }, async () => {
      const failed = await server.start(client, 'failed', { requestedBy: INPUT });
      const error = await failed.result().catch((reason: unknown) => reason);
      assert.ok(error instanceof WorkflowFailedError);
      assert.match(JSON.stringify(messagesOf(error)), new RegExp(FAILURE));
    });
    const text = (await raw('ship/live')) + (await raw('ship/failed'));
    for (const word of [INPUT, FAILURE, 'Xanadu', SUMMARY, 'Quicksilver', ...RESULTS])
      assert.ok(!text.includes(word), `the server can read: ${word}`);
    assert.ok(text.includes('binary/encrypted') && text.includes('Encoded failure') && text.includes('BadInput'));
    const failureMessages = text.split('\n').filter((_, index, lines) => lines[index - 1] === 'message');
    assert.deepEqual([...new Set(failureMessages)], ['Encoded failure']);
    assert.equal(await live.describe().then((shown) => shown.staticSummary()), SUMMARY);
  });

  it('is decoded for `temporal` by the codec server, and by nothing else', async () => {
    const codecServer = await listenOnLoopback({ port: 0, purpose: 'test', field: 'test' });
    const token = 'a token of twenty or more';
    answerCodec(codecServer, { codec: codecOf(server.configOf('keys.json'))!, origins: [], token });
    const endpoint = `http://127.0.0.1:${(codecServer.address() as AddressInfo).port}`;
    const show = async (...args: string[]) => {
      const asked = ['workflow', 'show', '--workflow-id', 'ship/failed', '--output', 'json', ...args];
      const { stdout } = await run(server.temporal, [...asked, '--address', server.env.address], {
        maxBuffer: 2 ** 26,
      });
      return stdout;
    };
    try {
      assert.ok(!(await show()).includes(FAILURE));
      const decoded = await show('--codec-endpoint', endpoint, '--codec-auth', `Bearer ${token}`);
      const inWords = decoded + textsIn(decoded);
      assert.ok(inWords.includes(FAILURE) && inWords.includes(INPUT), 'decoded');
      await assert.rejects(show('--codec-endpoint', endpoint));
      const started = ['workflow', 'signal', '--workflow-id', 'ship/live', '--name', 'x', '--input', `"${INPUT}"`];
      const sent = run(server.temporal, [
        ...[...started, '--address', server.env.address],
        ...['--codec-endpoint', endpoint, '--codec-auth', `Bearer ${token}`],
      ]);
      await assert.rejects(sent, /already completed/, 'encoded by the codec server, then refused: the run is over');
    } finally {
      await closeServer(codecServer);
    }
  });

  it('replays by the codec, and not without', async () => {
    const { codePath } = await bundleWorkflows({ encodesFailures: true });
    const history = await server.env.client.workflow.getHandle('ship/failed').fetchHistory();
    const replay = async (options: object) => {
      await Worker.runReplayHistory({ workflowBundle: { codePath }, ...options }, history, 'ship/failed');
    };
    await replay({ dataConverter: dataConverterOf(server.configOf('keys.json')) });
    await assert.rejects(replay({}));
  });

  it('goes on under a rotated key, that a worker learns while it runs', async () => {
    const client = server.client('rotated.json');
    const ship = await server.start(client, 'rotated');
    const first = keyIds(readFileSync(server.at('rotated.json'), 'utf8'));
    await server.with('rotated.json', { verdicts: ['hold'] }, async () => {
      await untilStage(ship.workflowId, 'Held');
      await addPayloadKey(server.at('rotated.json'), 1, true);
      await server.client('rotated.json').workflow.getHandle(ship.workflowId).signal(decideSignal, approval);
      assert.equal((await ship.result()).outcome, 'Live');
    });
    const [second] = keyIds(readFileSync(server.at('rotated.json'), 'utf8')).filter((id) => !first.includes(id));
    const text = await raw(ship.workflowId);
    for (const id of [...first, second!]) assert.ok(text.includes(id), id);
    assert.ok(!text.includes('Xerxes'));
  });

  it('waits where a key is missing, says which, and goes on when it is brought', async () => {
    const ship = await server.start(server.client('keys.json'), 'without-key');
    await server.with('keys.json', { verdicts: ['hold'] }, () => untilStage(ship.workflowId, 'Held'));
    await ship.signal(decideSignal, approval);
    const kept = readFileSync(server.at('other.json'));
    await server.with('other.json', {}, async () => {
      const client = server.client('keys.json');
      const told = await workflowTaskFailure(client, ship.workflowId);
      assert.match(told, /needs key [0-9a-f]{16}, which is not in/);
      assert.equal(await stageOf(ship.workflowId), 'Held');
      // The file is brought: the one that the run was encrypted with.
      writeFileSync(server.at('brought.json'), readFileSync(server.at('keys.json')), { mode: 0o600 });
      renameSync(server.at('brought.json'), server.at('other.json'));
      assert.equal((await ship.result()).outcome, 'Live');
    });
    writeFileSync(server.at('other.json'), kept);
  });

  it('goes on where it began without encryption, and is refused where that is required', async () => {
    const plain = await server.env.client.workflow.start('shipModel', {
      ...{ workflowId: 'ship/plain', taskQueue: 'believe-workflows', args: [{ requestedBy: INPUT }] },
    });
    const isRequired = true;
    await server.with(
      'keys.json',
      {},
      async () => {
        const told = await workflowTaskFailure(server.client('keys.json'), 'ship/plain');
        assert.match(told, /is not encrypted/);
      },
      isRequired,
    );
    await server.with('keys.json', {}, async () => {
      assert.equal((await server.client('keys.json').workflow.getHandle('ship/plain').result()).outcome, 'Live');
    });
    assert.ok((await raw('ship/plain')).includes(INPUT));
    assert.ok(!(await raw('ship/plain')).includes('gate-report.json'));
    await assert.rejects(plain.result(), 'a client without the key reads no result');
  });

  /** What the first failed workflow task says, to who has the key that it was encrypted with. */
  async function workflowTaskFailure(client: Client, workflowId: string): Promise<string> {
    for (;;) {
      const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
      for (const { workflowTaskFailedEventAttributes: failed } of events ?? []) {
        const encoded = failed?.failure?.encodedAttributes;
        if (!encoded) continue;
        for (const name of ['keys.json', 'other.json']) {
          const codec = codecOf(server.configOf(name))!;
          const [opened] = await codec.decode([encoded]).catch(() => []);
          if (opened) return Buffer.from(opened.data!).toString('utf8');
        }
      }
      await pause(100);
    }
  }
});

function messagesOf(error: Error): string[] {
  return [error.message, ...(error.cause instanceof Error ? messagesOf(error.cause) : [])];
}

function keyIds(file: string): string[] {
  return (JSON.parse(file) as { keys: { id: string }[] }).keys.map(({ id }) => id);
}

/** The texts that stand in the base64 of a printed history. */
function textsIn(json: string): string {
  return [...json.matchAll(/"data": ?"([^"]*)"/g)]
    .map(([, data]) => Buffer.from(data!, 'base64').toString())
    .join('\n');
}
