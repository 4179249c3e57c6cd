import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createTransport } from 'nodemailer';
import { hostOf, isLoopback } from '../../shared/config/loopback.js';
import { Failure } from '../../shared/failure.js';
import type { Channel, Message } from './channel.js';

const TIMEOUT_MS = 15_000;
const SECRET_CHARACTERS_MAX = 4096;

/** Tells one message on one channel. @throws Failure 'ChannelFailed', in words that hold no secret */
export async function send(channel: Channel, message: Message): Promise<void> {
  const secrets: string[] = [];
  const secret = (file: string): string => {
    const text = readFileSync(file, 'utf8').trim();
    if (text === '' || text.length > SECRET_CHARACTERS_MAX) throw new Error(`${file} holds no secret`);
    secrets.push(text);
    return text;
  };
  try {
    await sendBy(channel, message, secret);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const safe = secrets.reduce((text, one) => text.replaceAll(one, '***'), said).slice(0, 300);
    throw new Failure(
      'ChannelFailed',
      `${channel.name} (${channel.kind}): ${safe}`,
      '`believe alarm test` tries it again',
    );
  }
}

async function sendBy(channel: Channel, message: Message, secret: (file: string) => string): Promise<void> {
  const { title, text, severity, acknowledgeUrl } = message;
  const bearer = (file: string | null): Record<string, string> =>
    file === null ? {} : { authorization: `Bearer ${secret(file)}` };
  const plain = acknowledgeUrl === null ? text : `${text}\n\nAcknowledge: ${acknowledgeUrl}`;
  switch (channel.kind) {
    case 'email':
      return await mail(channel, message, plain, secret);
    case 'ntfy':
      return await post(channel.url, plain, {
        ...bearer(channel.tokenFile),
        'content-type': 'text/plain; charset=utf-8',
        // Header values are bytes: what is not ASCII travels encoded (RFC 2047), which ntfy reads.
        title: `=?UTF-8?B?${Buffer.from(title).toString('base64')}?=`,
        priority: message.kind === 'over' ? 'low' : severity === 'page' ? 'urgent' : 'default',
        ...(acknowledgeUrl === null ? {} : { actions: `view, Acknowledge, ${acknowledgeUrl}` }),
      });
    case 'telegram':
      return await post(`${channel.apiUrl}/bot${secret(channel.tokenFile)}/sendMessage`, {
        ...{ chat_id: channel.chatId, text: `${title}\n\n${plain}`.slice(0, 4000) },
        disable_notification: severity !== 'page',
      });
    case 'slack':
      return await post(secret(channel.urlFile), { text: `*${title}*\n${plain}` });
    case 'pagerduty':
      return await post(`${channel.apiUrl}/v2/enqueue`, {
        routing_key: secret(channel.keyFile),
        event_action: message.kind === 'over' ? 'resolve' : 'trigger',
        dedup_key: message.fingerprint,
        payload: {
          summary: title.slice(0, 1000),
          source: 'believe',
          severity: severity === 'page' ? 'critical' : 'warning',
        },
      });
    case 'webhook':
      return await post(channel.url, { v: 1, ...message }, bearer(channel.tokenFile));
  }
}

async function mail(
  channel: Extract<Channel, { kind: 'email' }>,
  { id, title, severity, kind }: Message,
  text: string,
  secret: (file: string) => string,
): Promise<void> {
  const { host, port, secure, user, passwordFile, from, to } = channel;
  const transport = createTransport({
    ...{ host, port, secure, connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS },
    // A password or an alarm never crosses a network in the clear; a relay on this machine has a certificate of nobody.
    ...(isLoopback(hostOf(`${host}:${port}`)) ? { ignoreTLS: !secure } : { requireTLS: !secure }),
    ...(user === null || passwordFile === null ? {} : { auth: { user, pass: secret(passwordFile) } }),
  });
  try {
    await transport.sendMail({
      ...{ from, to: [...to], subject: title, text },
      // Whoever gets one message twice can tell.
      messageId: `<${createHash('sha256').update(id).digest('hex').slice(0, 40)}@believe>`,
      ...(severity === 'page' && kind === 'open' ? { priority: 'high' as const } : {}),
    });
  } finally {
    transport.close();
  }
}

async function post(url: string, body: string | object, headers: Record<string, string> = {}): Promise<void> {
  const isText = typeof body === 'string';
  const response = await fetch(url, {
    method: 'POST',
    headers: isText ? headers : { 'content-type': 'application/json', ...headers },
    body: isText ? body : JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
    redirect: 'error',
  }).catch((error: Error) => {
    // fetch says "fetch failed", and why only as its cause; an address may itself be a secret, and is not named.
    const cause = error.cause instanceof Error ? error.cause : error;
    throw new Error(('code' in cause && typeof cause.code === 'string' ? cause.code : cause.message).slice(0, 200));
  });
  if (!response.ok) throw new Error(`answered ${response.status}`);
}
