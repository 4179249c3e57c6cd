import { z } from 'zod';
import { portOrOff, positiveCount, text } from './field-types.js';

const hour = z.number().int().min(0).max(23);
const seconds = positiveCount.max(864_000);
const days = positiveCount.max(365);
const url = z
  .url({ protocol: /^https?$/ })
  .nullable()
  .default(null);

/** What has to happen, by when, and who is told where it does not. */
export const watchConfig = z.strictObject({
  enabled: z.boolean().default(true).describe('Run a watcher on each tier.'),
  everySeconds: seconds.max(600).default(10).describe('How often a watcher looks.'),
  channelsFile: text
    .nullable()
    .default(null)
    .describe(
      'JSON file of the channels that alarms are told by, each with the file of its secret; null for channels.json in watch/ of the home.',
    ),
  repeatPageSeconds: seconds
    .default(300)
    .describe('How often an alarm that wakes is told again until somebody acknowledges.'),
  repeatWarnSeconds: seconds.default(14_400).describe('The same for one that waits for the morning.'),
  messagesALevel: positiveCount
    .max(100)
    .default(3)
    .describe('Messages after which the channels of the next level are told too.'),
  againAfterAckSeconds: seconds
    .default(43_200)
    .describe('An alarm that was acknowledged and is still there so long after is told once more.'),
  flapSeconds: seconds.default(600).describe('What comes back so soon is the same alarm and is not told anew.'),
  quietFromHour: hour.default(22).describe('From this local hour on only what wakes is told.'),
  quietToHour: hour.default(7).describe('Until this one; the same hour for no quiet hours.'),
  timeZone: text.default('America/Chicago').describe('IANA time zone of the quiet hours.'),
  handOverSeconds: seconds
    .max(3600)
    .default(60)
    .describe('An alarm that Temporal has not told within so long is told by the watcher itself.'),
  researchDeadManUrl: url.describe(
    'Asked after every look of the research watcher (Healthchecks.io): silence of the machine is noticed there.',
  ),
  brokerDeadManUrl: url.describe('The same of the broker watcher.'),
  startSeconds: seconds
    .max(3600)
    .default(90)
    .describe('After its start a watcher tells nothing for so long: others start too.'),
  bridgeSilentSeconds: seconds.default(30).describe('Age of the bridge’s status from which it is silent.'),
  connectionSeconds: seconds
    .default(120)
    .describe('How long the bridge may be without a ready gateway in Globex hours.'),
  feedSilentSeconds: seconds.default(60).describe('Market seconds without an event in regular hours.'),
  uploadSeconds: seconds.default(1800).describe('Age of the oldest batch that research has not acknowledged.'),
  brokerSilentSeconds: seconds.default(1800).describe('Age of the newest batch of a broker that research has.'),
  captureHours: positiveCount
    .max(168)
    .default(4)
    .describe('Hours after the end of a trade date by which the store has it whole.'),
  monitorHours: positiveCount
    .max(168)
    .default(6)
    .describe('Hours after the end of a trade date by which it is monitored.'),
  publishSeconds: seconds
    .default(3600)
    .describe('Age of the newest post to the public page from which nobody publishes.'),
  watcherSilentSeconds: seconds.default(120).describe('Age of the status of the other tier’s watcher.'),
  queueSeconds: seconds.default(90).describe('How long no worker may ask for work on a queue; a poll lasts a minute.'),
  diskFreeGiB: z.number().positive().default(5).describe('Free space from which a disk is nearly full.'),
  diskDaysLeft: days.default(3).describe('Days until the disk is full, at the pace of the last day.'),
  releaseExpiryDays: days.default(5).describe('Days before the release that trades expires.'),
  rootExpiryDays: days.default(30).describe('Days before the root of trust expires.'),
  certificateDays: days.default(21).describe('Days before a certificate of temporal.tls expires.'),
  clockSeconds: z.number().positive().default(2).describe('How far the clocks of the tiers may be apart.'),
  pagePort: portOrOff.default(8280).describe('Port of the monitoring page, on loopback; 0 is off.'),
  pageUrl: url.describe(
    'Where people reach the monitoring page from where they read messages (a tunnel, a proxy of yours); null for messages without a link to acknowledge.',
  ),
  wireguard: text
    .nullable()
    .default(null)
    .describe('WireGuard interface between the tiers, such as wg0; null where there is none.'),
  handshakeSeconds: seconds.default(300).describe('Age of its newest handshake.'),
  backupFolder: text
    .nullable()
    .default(null)
    .describe('Folder that backups are written to; null where this machine has none.'),
  backupHours: positiveCount.max(8760).default(26).describe('Age of the newest file there.'),
});
export type WatchConfig = Readonly<z.infer<typeof watchConfig>>;
