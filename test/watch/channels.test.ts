import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Message } from '../../watch/channels/channel.js';
import { readChannels } from '../../watch/channels/read-channels.js';
import { Deliveries } from '../../watch/deliver.js';
import { Receivers } from './receivers.js';

const MESSAGE: Message = {
  ...{
    id: 'broker/BridgeSilent 2025-03-03T18:00:00.000Z 1',
    kind: 'open',
    severity: 'page',
    fingerprint: 'broker/BridgeSilent',
  },
  ...{
    title: 'ALARM: BridgeSilent – überfällig',
    text: 'status 40 s old',
    acknowledgeUrl: 'https://believe.example/acknowledge?key=k',
  },
};

describe('the channels of alarms', () => {
  let receivers: Receivers;
  beforeEach(async () => {
    receivers = await Receivers.open();
  });
  afterEach(() => receivers.close());

  const deliveries = (channels: readonly object[]) =>
    new Deliveries(path.join(receivers.folder, 'deliveries.jsonl'), receivers.channels(channels));
  const email = (more: object = {}) => ({
    ...{
      kind: 'email',
      name: 'mail',
      host: '127.0.0.1',
      port: receivers.smtpPort,
      from: 'believe@example.org',
      to: ['me@example.org'],
    },
    ...more,
  });

  it('tell by mail, with a password from its file, and a Message-ID that is the same for the same message', async () => {
    const channel = email({ user: 'believe', passwordFile: receivers.secret('password', 'letmein') });
    await deliveries([channel]).deliver(MESSAGE, 0);
    const [mail] = receivers.mails;
    assert.equal(mail?.user, 'believe');
    assert.match(mail!.messageId, /^<[0-9a-f]{40}@believe>$/);
    assert.match(mail!.text, /status 40 s old/);
    assert.match(mail!.text, /Acknowledge: https:\/\/believe\.example/);
  });

  it('tell by ntfy, Telegram, Slack, PagerDuty and a plain webhook, as their documents want it', async () => {
    const { url } = receivers;
    await deliveries([
      { kind: 'ntfy', name: 'ntfy', url: `${url}/topic`, tokenFile: receivers.secret('ntfy', 'tk_secret') },
      { kind: 'telegram', name: 'tg', chatId: '42', apiUrl: url, tokenFile: receivers.secret('tg', '123:ABC') },
      { kind: 'slack', name: 'slack', urlFile: receivers.secret('slack', `${url}/services/T/B/X`) },
      { kind: 'pagerduty', name: 'pd', apiUrl: url, keyFile: receivers.secret('pd', 'routing') },
      { kind: 'webhook', name: 'hook', url: `${url}/hook`, tokenFile: receivers.secret('hook', 'token') },
    ]).deliver(MESSAGE, 0);
    const by = new Map(receivers.requests.map((one) => [one.path, one]));
    const ntfy = by.get('/topic')!;
    assert.equal(ntfy.headers.authorization, 'Bearer tk_secret');
    assert.equal(ntfy.headers.priority, 'urgent');
    assert.equal(Buffer.from(String(ntfy.headers.title).slice(10, -2), 'base64').toString(), MESSAGE.title);
    const json = (place: string) => JSON.parse(by.get(place)!.body) as Record<string, unknown>;
    assert.equal(json('/bot123:ABC/sendMessage').chat_id, '42');
    assert.match(String(json('/services/T/B/X').text), /BridgeSilent/);
    const event = json('/v2/enqueue');
    assert.deepEqual(
      [event.routing_key, event.event_action, event.dedup_key],
      ['routing', 'trigger', MESSAGE.fingerprint],
    );
    assert.equal(json('/hook').id, MESSAGE.id);
  });

  it('tell a message once, whoever asks how often, and another process goes on where one died', async () => {
    const channels = [email()];
    await deliveries(channels).deliver(MESSAGE, 0);
    await deliveries(channels).deliver(MESSAGE, 0);
    assert.equal(receivers.mails.length, 1);
    await deliveries(channels).deliver({ ...MESSAGE, id: `${MESSAGE.id.slice(0, -1)}2` }, 0);
    assert.equal(receivers.mails.length, 2);
  });

  it('tell a message once where two processes tell it at the same time, and again where one began and died', async () => {
    const channels = [{ kind: 'webhook', name: 'hook', url: `${receivers.url}/hook` }];
    const both = [deliveries(channels), deliveries(channels)].map((one) => one.deliver(MESSAGE, 0));
    assert.deepEqual(
      (await Promise.all(both)).map(({ told }) => told),
      [['hook'], ['hook']],
    );
    assert.equal(receivers.requests.length, 1);
    const begun = { v: 1, at: new Date(Date.now() - 30_000).toISOString(), id: 'other', channel: 'hook' };
    const file = path.join(receivers.folder, 'deliveries.jsonl');
    appendFileSync(file, `${JSON.stringify({ ...begun, state: 'sending', reason: null })}\n`);
    await deliveries(channels).deliver({ ...MESSAGE, id: 'other' }, 0);
    assert.equal(receivers.requests.length, 2);
  });

  it('leave the next level alone until it is its turn, or nobody of the first can tell', async () => {
    const { url } = receivers;
    const first = { kind: 'webhook', name: 'first', url: `${url}/first` };
    const second = { kind: 'webhook', name: 'second', url: `${url}/second`, level: 1 };
    const all = deliveries([first, second]);
    assert.deepEqual((await all.deliver({ ...MESSAGE, id: 'a' }, 0)).told, ['first']);
    assert.deepEqual((await all.deliver({ ...MESSAGE, id: 'b' }, 1)).told, ['first', 'second']);
    receivers.answers.set('/first', 503);
    const { told, failed } = await all.deliver({ ...MESSAGE, id: 'c' }, 0);
    assert.deepEqual([told, failed], [['second'], [{ channel: 'first', reason: 'first (webhook): answered 503' }]]);
    receivers.answers.set('/second', 500);
    await assert.rejects(all.deliver({ ...MESSAGE, id: 'd' }, 0), {
      type: 'NotTold',
      message: /first.*503.*second.*500/,
    });
    assert.deepEqual(
      [...all.newest()].map(([name, { state }]) => `${name} ${state}`),
      ['first failed', 'second failed'],
    );
  });

  it('say why they could not, and no secret: not in failures, and not in the account of deliveries', async () => {
    const { url } = receivers;
    receivers.answers.set('/services/SECRETPATH', 404);
    const all = deliveries([
      { kind: 'slack', name: 'slack', urlFile: receivers.secret('slack', `${url}/services/SECRETPATH`) },
      {
        kind: 'telegram',
        name: 'tg',
        chatId: '1',
        apiUrl: 'http://127.0.0.1:9',
        tokenFile: receivers.secret('tg', 'SECRETTOKEN'),
      },
      email({ user: 'believe', passwordFile: receivers.secret('password', 'SECRETWORD') }),
    ]);
    await assert.rejects(all.deliver(MESSAGE, 0), (error: Error) => {
      assert.match(error.message, /slack.*404/);
      assert.match(error.message, /mail \(email\)/);
      assert.doesNotMatch(error.message, /SECRET/);
      return true;
    });
    assert.doesNotMatch(readFileSync(path.join(receivers.folder, 'deliveries.jsonl'), 'utf8'), /SECRET/);
  });

  it('are read with the wrong field named, and none are none', () => {
    assert.deepEqual(readChannels(path.join(receivers.folder, 'nothing.json')), []);
    const file = receivers.channels([
      { kind: 'email', name: 'mail', host: 'h', from: 'nobody', to: ['me@example.org'] },
    ]);
    assert.throws(() => readChannels(file), { type: 'BadInput', message: /channels\.0\.from.*e-mail/ });
    const twice = receivers.channels([email(), email()]);
    assert.throws(() => readChannels(twice), { type: 'BadInput', message: /one name/ });
    assert.ok(existsSync(twice));
  });
});
