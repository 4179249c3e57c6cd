import { z } from 'zod';

/** Highest level that is told: 0 is told first, 1 too when nobody answers. */
const common = { name: z.string().min(1).max(60), level: z.number().int().min(0).max(1).default(0) };
const secretFile = z.string().min(1);
const address = z.string().regex(/^[^\s@<>]+@[^\s@<>]+$/, 'is no e-mail address');
const webAddress = z.url({ protocol: /^https?$/ });

/** How people are told. What is secret is the name of a file that holds it. */
export const channel = z.discriminatedUnion('kind', [
  z.strictObject({
    ...common,
    kind: z.literal('email'),
    host: z.string().min(1),
    port: z.number().int().min(1).max(65_535).default(587),
    /** TLS from the first byte (port 465); else STARTTLS is demanded, but on loopback. */
    secure: z.boolean().default(false),
    user: z.string().nullable().default(null),
    passwordFile: secretFile.nullable().default(null),
    from: address,
    to: z.array(address).min(1).max(20),
  }),
  /** https://docs.ntfy.sh/publish/ ; the URL ends in the topic. */
  z.strictObject({
    ...common,
    kind: z.literal('ntfy'),
    url: webAddress,
    tokenFile: secretFile.nullable().default(null),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('telegram'),
    chatId: z.string().min(1),
    tokenFile: secretFile,
    apiUrl: webAddress.default('https://api.telegram.org'),
  }),
  /** Slack, Mattermost, Rocket.Chat: the address itself is the secret. */
  z.strictObject({ ...common, kind: z.literal('slack'), urlFile: secretFile }),
  /** Events API v2. */
  z.strictObject({
    ...common,
    kind: z.literal('pagerduty'),
    keyFile: secretFile,
    apiUrl: webAddress.default('https://events.pagerduty.com'),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('webhook'),
    url: webAddress,
    tokenFile: secretFile.nullable().default(null),
  }),
]);
export type Channel = Readonly<z.infer<typeof channel>>;

/** `watch/channels.json`. */
export const channelsFile = z.strictObject({
  v: z.literal(1),
  channels: z
    .array(channel)
    .max(20)
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'two channels have one name'),
});

/** What people are told of an alarm. */
export interface Message {
  /** The same for the same message, however often it is tried. */
  readonly id: string;
  readonly kind: 'open' | 'over' | 'test';
  readonly severity: 'page' | 'warn';
  readonly fingerprint: string;
  readonly title: string;
  readonly text: string;
  /** One-time link that acknowledges; null where nobody serves one. */
  readonly acknowledgeUrl: string | null;
}
