import { z } from 'zod';
import { tradeDatesBeforeExpiryMax } from '../market/roll/roll-date.js';
import { namesEveryContract } from '../market/sierra/symbol-name.js';
import { bridgeConfig } from './bridge.js';
import { text } from './field-types.js';
import { gateSettings } from './gate-thresholds.js';
import { homePlaces } from './home-places.js';
import { clockConfig, inputConfig, instrumentConfig } from './market.js';
import { backtestConfig, scheduleConfig, shipConfig } from './operations.js';
import { publicConfig } from './public.js';
import { riskConfig } from './risk.js';
import { gatewayConfig, metricsConfig, rsyncConfig, temporalConfig } from './services.js';
import { sierraConfig } from './sierra.js';
import { storeConfig } from './store.js';
import { telemetryConfig } from './telemetry.js';
import { needsDepth, trainingConfig } from './training.js';
import { uploadConfig } from './upload.js';
import { watchConfig } from './watch.js';

/** `believe.config.json`: the only place where a setting gets its default. */
export const configSchema = z
  .strictObject({
    home: text.default('.believe').describe('Folder of all state: research/, broker/, public/, temporal/, logs/.'),
    instrument: instrumentConfig.prefault({}).describe('What is captured, predicted and traded.'),
    input: inputConfig.prefault({ kind: 'synthetic' }).describe('What the heads are trained on.'),
    store: storeConfig.prefault({}).describe('Where market data lies.'),
    clock: clockConfig.prefault({ kind: 'replay' }).describe('Market time of every process of this home folder.'),
    training: trainingConfig.prefault({}).describe('How heads are trained.'),
    gate: gateSettings.prefault({}).describe('What holds a release; changed in a file only.'),
    ship: shipConfig.prefault({}).describe('The ship path.'),
    backtest: backtestConfig.prefault({}).describe('Backtests on the research workers.'),
    schedule: scheduleConfig.prefault({}).describe('The nightly retrain.'),
    risk: riskConfig.prefault({}).describe('Limits of the bridge; they fail closed, and are changed in a file only.'),
    temporal: temporalConfig.prefault({}).describe('The workflow server.'),
    bridge: bridgeConfig.prefault({}).describe('The execution bridge.'),
    gateway: gatewayConfig.prefault({}).describe('The IB session.'),
    rsync: rsyncConfig.prefault({}).describe('Transfers between the tiers.'),
    sierra: sierraConfig.prefault({}).describe('Sierra Chart, the second capture.'),
    upload: uploadConfig.prefault({}).describe('What the broker seals, sends and keeps.'),
    watch: watchConfig.prefault({}).describe('Watchdogs and alarms.'),
    public: publicConfig.prefault({}).describe('The public record.'),
    metrics: metricsConfig.prefault({}).describe('Prometheus endpoints, on loopback.'),
    telemetry: telemetryConfig
      .prefault({})
      .describe('Traces for a collector of OpenTelemetry, and who may ask for metrics.'),
  })
  .superRefine((config, context) => {
    const { gateway, clock, input, training, risk, instrument, sierra, store } = config;
    const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (gateway.mode === 'live' && gateway.liveAccount !== gateway.account)
      refuse(
        ['gateway', 'liveAccount'],
        'the same account as gateway.account, spelled out, because gateway.mode is live',
      );
    const rollDays = instrument.roll?.calendarDaysBeforeExpiry;
    const daysMax = rollDays === undefined ? Number.POSITIVE_INFINITY : tradeDatesBeforeExpiryMax(rollDays);
    if (risk.daysBeforeExpiry > daysMax)
      refuse(
        ['risk', 'daysBeforeExpiry'],
        `${daysMax} or less, or a larger instrument.roll.calendarDaysBeforeExpiry than ${rollDays}: nothing would be traded between the two`,
      );
    if (instrument.roll !== null && sierra.follow && sierra.symbol !== null && !namesEveryContract(sierra.symbol))
      refuse(
        ['sierra', 'symbol'],
        'a name for each contract, such as ES{month}{year}_FUT_CME, because instrument.roll goes on from one to the next',
      );
    if (gateway.mode === 'live' && gateway.embedded)
      refuse(['gateway', 'embedded'], 'false, because gateway.mode is live and the simulator is not a live account');
    if (input.kind === 'files' && input.depth.length === 0 && needsDepth(training.heads))
      refuse(['input', 'depth'], 'at least one file, or training.heads must be ["XGB_5m"], which looks at bars alone');
    if (training.shareFolds && store.s3 === null)
      refuse(['training', 'shareFolds'], 'false, because store.s3 names no bucket to share them through');
    if (!gateway.embedded && clock.kind === 'replay')
      refuse(['clock', 'kind'], 'real, because gateway.embedded is false and a real gateway has real time');
  });

/** Everything that the command line and the processes are told; resolved once, below this there are no defaults. */
export type Config = DeepReadonly<z.infer<typeof configSchema>>;
/** A configuration file, or a part of one: every field may be left out. */
export type ConfigInput = DeepPartial<z.input<typeof configSchema>>;

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;
type DeepPartial<T> = T extends readonly unknown[] ? T : T extends object ? { [K in keyof T]?: DeepPartial<T[K]> } : T;

/** Whether the signed record is published: it is made of what comes home. */
export function publishes({ public: { enabled, url, pagePort }, upload }: Pick<Config, 'public' | 'upload'>): boolean {
  return enabled && upload.enabled && (url !== null || pagePort > 0);
}

/** The gateway is our own, and plays a generated market. */
export function isSyntheticMarket({ gateway, input }: Pick<Config, 'gateway' | 'input'>): boolean {
  return gateway.embedded && (input.kind === 'synthetic' || (input.kind === 'files' && input.synthetic));
}

/** Sierra Chart's data folder, where it is followed: a real one, or that of the emulator which the simulator feeds. */
export function followedFolder({ sierra, gateway, home }: Pick<Config, 'sierra' | 'gateway' | 'home'>): string | null {
  if (!sierra.follow) return null;
  return sierra.dataFolder ?? (gateway.embedded ? homePlaces(home).gateway.sierra : null);
}

/** Whether the public page runs on this machine. */
export function showsPage(config: Pick<Config, 'public' | 'upload'>): boolean {
  return publishes(config) && config.public.url === null;
}
