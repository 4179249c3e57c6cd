import { z } from 'zod';
import { positiveCount, text } from './field-types.js';

const bucketName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of a bucket, such as fund-market-data');
const keyPrefix = z
  .string()
  .regex(/^([A-Za-z0-9_.-]+\/)*[A-Za-z0-9_.-]*$/, 'names joined by /, such as market/store, without / at either end');

/** Where market data lies. Credentials are no setting: they come from the environment or from the files of the AWS tools. */
export const storeConfig = z.strictObject({
  s3: z
    .strictObject({
      endpoint: z
        .url({ protocol: /^https?$/ })
        .nullable()
        .default(null)
        .describe('Address of the S3 server, such as https://s3.example.org; null for Amazon itself.'),
      bucket: bucketName.describe('The bucket; it is there already.'),
      prefix: keyPrefix.default('').describe('Where in the bucket the store lies; empty for all of it.'),
      region: text.default('us-east-1').describe('Region that requests are signed for.'),
      pathStyle: z
        .boolean()
        .default(true)
        .describe('Name the bucket in the path, as most servers want it, and not in the name of the host.'),
      cacheGigabytes: positiveCount.max(1_000_000).default(200).describe('Objects kept on this machine, GB.'),
      timeoutSeconds: positiveCount
        .max(3600)
        .default(60)
        .describe('Seconds in which one request must be answered in full; it is then tried again, three times.'),
    })
    .nullable()
    .default(null)
    .describe('S3 storage in which several research hosts share one store; null for the folder alone.'),
});
export type StoreConfig = Readonly<z.infer<typeof storeConfig>>;
export type S3Config = NonNullable<StoreConfig['s3']>;
