import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { TIERS } from '../../shared/alarm/alarm.js';
import { watcherStatus } from '../../shared/alarm/alarm-log.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { UsageFailure } from '../../shared/failure.js';
import { readJson } from '../../shared/node/files/read-json.js';
import { ACKNOWLEDGE, type AlarmState, alarmId } from '../../shared/orchestration/alarm/messages.js';
import { readChannels } from '../../watch/channels/read-channels.js';
import { send } from '../../watch/channels/send.js';
import { channelsPlace } from '../../watch/channels-place.js';
import { addSilence, endSilence, readSilences } from '../../watch/silences.js';
import { configOf, type HomeOptions, homeVerbs } from '../home-verb.js';
import { wholeNumber } from '../option-values.js';
import { printResult } from '../output.js';
import { withClient } from '../with-client.js';

/** `believe alarm`: what is wrong now, who takes care of it, and whether people would be told. */
export function register(noun: Command): void {
  const verb = homeVerbs(noun);

  verb('ls', 'open alarms, and what every watchdog sees; exit code 1 where an alarm is open')
    .option('--all', 'every watchdog, also those that are well')
    .action((options: HomeOptions & { all?: boolean }) => {
      const { watch } = homePlaces(configOf(options).home);
      const tiers = TIERS.map((tier) => ({ tier, status: readJson(watch.status(tier), watcherStatus) }));
      const open = tiers.flatMap(({ status }) => status?.open ?? []);
      const silences = readSilences(watch.silences).filter(({ until }) => Date.parse(until) > Date.now());
      printResult(options.json === true, { open, tiers, silences }, listText(tiers, options.all === true));
      if (open.length > 0) process.exitCode = 1;
    });

  verb('ack', 'take care of an alarm: it is not told again until it is over, or half a day has passed')
    .argument('<fingerprint>', 'as `believe alarm ls` prints it, e.g. broker/BridgeSilent')
    .option('--by <name>', 'who', userInfo().username)
    .option('--reason <text>', 'what is done about it', '')
    .action((fingerprint: string, options: HomeOptions & { by: string; reason: string }) =>
      withClient(options, async (client) => {
        const handle = client.workflow.getHandle(alarmId(fingerprint));
        const state = await handle.executeUpdate<AlarmState, [object]>(ACKNOWLEDGE, {
          args: [{ by: options.by, reason: options.reason }],
        });
        printResult(options.json === true, state, `${fingerprint}: acknowledged by ${state.acknowledgedBy}`);
      }),
    );

  verb('silence', 'tell nobody of some alarms for a while; they are still shown')
    .argument('<matching>', 'a fingerprint, the beginning of one with * behind, or * for a maintenance window')
    .requiredOption('--for <hours>', 'how long, hours', wholeNumber(1, 720))
    .requiredOption('--reason <text>', 'why')
    .option('--by <name>', 'who', userInfo().username)
    .action((matching: string, options: HomeOptions & { for: number; reason: string; by: string }) => {
      const { watch } = homePlaces(configOf(options).home);
      const nowMs = Date.now();
      const one = {
        ...{ id: randomBytes(4).toString('hex'), matching, by: options.by, reason: options.reason },
        from: new Date(nowMs).toISOString(),
        until: new Date(nowMs + options.for * 3_600_000).toISOString(),
      };
      addSilence(watch.silences, one);
      printResult(
        options.json === true,
        one,
        `silence ${one.id}: ${matching} until ${one.until}\nend it: believe alarm unsilence ${one.id}`,
      );
    });

  verb('unsilence', 'end a silence now')
    .argument('<id>', 'as `believe alarm silence` and `ls` print it')
    .action((id: string, options: HomeOptions) => {
      const ended = endSilence(homePlaces(configOf(options).home).watch.silences, id, Date.now());
      if (!ended) throw new UsageFailure(`there is no silence ${id}`, 'see `believe alarm ls`');
      printResult(options.json === true, { id, ended }, `silence ${id} has ended`);
    });

  verb('test', 'send a test message on every channel; exit code 1 where one cannot').action(
    async (options: HomeOptions) => {
      const place = channelsPlace(configOf(options));
      const channels = readChannels(place);
      if (channels.length === 0)
        throw new UsageFailure(`${place} names no channel`, 'docs/alarms.md shows such a file');
      const results: { channel: string; kind: string; ok: boolean; reason: string | null }[] = [];
      for (const channel of channels) {
        const reason = await send(channel, testMessage()).then(
          () => null,
          (error: Error) => error.message,
        );
        results.push({ channel: channel.name, kind: channel.kind, ok: reason === null, reason });
      }
      printResult(
        options.json === true,
        { results },
        results.map(({ channel, kind, ok, reason }) => `${channel} (${kind}): ${ok ? 'sent' : reason}`).join('\n'),
      );
      if (results.some(({ ok }) => !ok)) process.exitCode = 1;
    },
  );
}

function testMessage() {
  return {
    ...{ id: `test ${new Date().toISOString()} ${randomBytes(4).toString('hex')}`, kind: 'test' as const },
    ...{ severity: 'warn' as const, fingerprint: 'test', title: 'believe: test of this channel' },
    ...{ text: 'Nothing is wrong. Alarms of believe are told here.', acknowledgeUrl: null },
  };
}

type Tiers = readonly { readonly tier: string; readonly status: ReturnType<typeof watcherStatus.parse> | null }[];

function listText(tiers: Tiers, all: boolean): string {
  return tiers
    .flatMap(({ tier, status }) => {
      if (status === null) return [`${tier}: no watcher has looked here`];
      const open = status.open.map(
        ({ fingerprint, severity, since, detail, look, messages, inhibitedBy }) =>
          `${severity === 'page' ? 'ALARM' : 'warn '}  ${fingerprint}  since ${since}, ${inhibitedBy ? `explained by ${inhibitedBy}` : `told ${messages} times by the watcher`}\n       ${detail}\n    -> ${look}`,
      );
      const dogs = status.watchdogs
        .filter(({ state }) => all || state === 'unknown')
        .map(({ name, seen, limit, state }) => `${state.padEnd(8)} ${name.padEnd(20)} ${seen} (limit: ${limit})`);
      return [
        `${tier}: ${status.open.length} open, ${status.watchdogs.length} watchdogs, looked ${status.at}`,
        ...open,
        ...dogs,
      ];
    })
    .join('\n');
}
