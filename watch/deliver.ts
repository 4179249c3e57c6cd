import { appendFileSync, closeSync, existsSync, fsyncSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DeliveryLine, deliveryLine } from '../shared/alarm/alarm-log.js';
import { Failure } from '../shared/failure.js';
import { jsonOrUndefined } from '../shared/fields/json-or-undefined.js';
import { makeFolder } from '../shared/node/disk/make-folder.js';
import type { Channel, Message } from './channels/channel.js';
import { readChannels } from './channels/read-channels.js';
import { send } from './channels/send.js';

/** Lines that a full disk did not take. */
const REMEMBERED_MAX = 10_000;
/** Longer than any channel takes: whoever has begun before that has died. */
const SENDING_MS_MAX = 20_000;
const LOOK_EVERY_MS = 100;

export interface Delivered {
  /** Channels that have told it, now or before. */
  readonly told: readonly string[];
  /** Those that could not, each with the reason. */
  readonly failed: readonly { readonly channel: string; readonly reason: string }[];
}

/**
 * Tells messages on the channels, and keeps account in `deliveries.jsonl`: what a channel has told under an id it does not tell
 * again, whoever asks, and what another process is telling now is waited for. A line is on disk before a message leaves; where a
 * process died in between, nobody knows whether it left, and it is sent again: a message twice is better than none. What a disk
 * does not take is remembered until it does: a full disk is nothing to be silent about.
 */
export class Deliveries {
  private unwritten: DeliveryLine[] = [];

  /** @param now wall time */
  constructor(
    private readonly file: string,
    private readonly channelsFile: string,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * On every channel of the level and below; where none of those can, on all the others too.
   * @throws Failure 'NotTold' where no channel could
   */
  async deliver(message: Message, level: number): Promise<Delivered> {
    const channels = readChannels(this.channelsFile);
    if (channels.length === 0) return { told: [], failed: [] };
    const first = channels.filter((channel) => channel.level <= level);
    const result = await this.onAll(first, message);
    if (result.told.length > 0) return result;
    const rest = await this.onAll(
      channels.filter((channel) => !first.includes(channel)),
      message,
    );
    const all = { told: rest.told, failed: [...result.failed, ...rest.failed] };
    if (all.told.length > 0) return all;
    const reasons = all.failed.map(({ channel, reason }) => `${channel}: ${reason}`).join('; ');
    throw new Failure('NotTold', `no channel could tell it: ${reasons}`, '`believe alarm test` tries each');
  }

  /** Channels that have told a message. */
  toldBy(id: string): string[] {
    return [
      ...new Set(this.lines().flatMap((line) => (line.id === id && line.state === 'sent' ? [line.channel] : []))),
    ];
  }

  /** Of each channel, how its newest attempt ended. */
  newest(): Map<string, DeliveryLine> {
    const ended = this.lines().filter(({ state }) => state !== 'sending');
    return new Map(ended.map((line) => [line.channel, line]));
  }

  private async onAll(channels: readonly Channel[], message: Message): Promise<Delivered> {
    const told: string[] = [];
    const failed: { channel: string; reason: string }[] = [];
    for (const channel of channels) {
      const { name } = channel;
      const startedMs = performance.now();
      let before = this.linesOf(message.id, name);
      while (this.isBeingSent(before) && performance.now() - startedMs < SENDING_MS_MAX) {
        await sleep(LOOK_EVERY_MS);
        before = this.linesOf(message.id, name);
      }
      if (before.some(({ state }) => state === 'sent')) {
        told.push(name);
        continue;
      }
      this.add(message.id, name, 'sending', null);
      try {
        await send(channel, message);
        this.add(message.id, name, 'sent', null);
        told.push(name);
      } catch (error) {
        const reason = (error as Error).message;
        this.add(message.id, name, 'failed', reason);
        failed.push({ channel: name, reason });
      }
    }
    return { told, failed };
  }

  private linesOf(id: string, channel: string): DeliveryLine[] {
    return this.lines().filter((line) => line.id === id && line.channel === channel);
  }

  private isBeingSent(lines: readonly DeliveryLine[]): boolean {
    const newest = lines.at(-1);
    return newest?.state === 'sending' && Math.abs(this.now() - Date.parse(newest.at)) < SENDING_MS_MAX;
  }

  private add(id: string, channel: string, state: DeliveryLine['state'], reason: string | null): void {
    const line: DeliveryLine = { v: 1, at: new Date(this.now()).toISOString(), id, channel, state, reason };
    this.unwritten.push(deliveryLine.parse(line));
    try {
      this.write(this.unwritten);
      this.unwritten = [];
    } catch {
      this.unwritten = this.unwritten.slice(-REMEMBERED_MAX);
    }
  }

  private write(lines: readonly DeliveryLine[]): void {
    makeFolder(path.dirname(this.file));
    const texts = lines.map((line) => `${JSON.stringify(line)}\n`);
    // A torn last line, of a process that died or of a disk that was full, is ended by this one's LF.
    appendFileSync(this.file, `${this.endsTorn() ? '\n' : ''}${texts.join('')}`, { mode: 0o600 });
    const descriptor = openSync(this.file, 'r+');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }

  private endsTorn(): boolean {
    if (!existsSync(this.file)) return false;
    const text = readFileSync(this.file);
    return text.length > 0 && text[text.length - 1] !== 10;
  }

  private lines(): DeliveryLine[] {
    return [...this.written(), ...this.unwritten];
  }

  private written(): DeliveryLine[] {
    if (!existsSync(this.file)) return [];
    return readFileSync(this.file, 'utf8')
      .split('\n')
      .flatMap((one) => deliveryLine.safeParse(jsonOrUndefined(one)).data ?? []);
  }
}
