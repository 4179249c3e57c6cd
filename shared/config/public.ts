import { z } from 'zod';
import { originName } from '../public-record/documents.js';
import { portOrOff, positiveCount, text } from './field-types.js';

const seconds = positiveCount.max(86_400);
const url = z
  .url({ protocol: /^https?$/ })
  .nullable()
  .default(null);

/** Writes a day to Cloudflare's key-value store: those of the free plan, and those of the paid one spread over its month. */
export const WRITES_A_DAY = { free: 1000, paid: 33_000 } as const;

/** The public page, and what is published there. */
export const publicConfig = z.strictObject({
  enabled: z.boolean().default(true).describe('Publish the signed record.'),
  url: url.describe('Where the page is deployed; null for one in workerd on this machine, on public.pagePort.'),
  pagePort: portOrOff.default(8290).describe('Port of the page of this machine, on loopback; 0 for none.'),
  origin: originName
    .default('log.example.org')
    .describe('Name of the public log; it never changes, and the page has the same one.'),
  fundName: text.max(60).default('Example Fund').describe('Name of the fund on the page.'),
  siteUrl: url.describe('The fund’s own site, as visitors reach it; null where there is none.'),
  tradesUrl: url.describe('The public trade log, as visitors reach it.'),
  plan: z
    .enum(['free', 'paid'])
    .default('paid')
    .describe('Cloudflare plan of the page: how many writes a day it may cost (1,000 or 33,000).'),
  everySeconds: seconds.default(60).describe('How often a snapshot is published in session, as the plan allows.'),
  closedEverySeconds: seconds.default(900).describe('The same while the market is closed.'),
  fillDelaySeconds: positiveCount
    .max(30 * 86_400)
    .default(900)
    .describe('A fill is committed to at once as a salted hash, and opened so much later.'),
  witnesses: z
    .array(z.url({ protocol: /^https?$/ }))
    .max(8)
    .readonly()
    .default([])
    .describe(
      'Witnesses (C2SP tlog-witness) that are asked to cosign each checkpoint; one that is away is passed over.',
    ),
  showsPosition: z.boolean().default(false).describe('Show whether the position is long, short or flat.'),
  bridgeSeconds: seconds.default(300).describe('Age of the bridge’s word from which the page says that it is down.'),
  tickSeconds: seconds.default(300).describe('Age of the last tick, market open, from which the page says so.'),
});
export type PublicConfig = Readonly<z.infer<typeof publicConfig>>;
