import { z } from 'zod';

const port = z.number().int().min(1).max(65_535);
const host = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/, 'must be a host name or an IPv4 address');
/** 32 bytes in base64, as `wg pubkey` prints them. */
const publicKey = z.string().regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, 'must be a public key of WireGuard');

/** The two hosts and what is between them. Both tiers keep the same file: it holds nothing secret. */
export const pathDescription = z
  .strictObject({
    interface: z.string().regex(/^[a-z][a-z0-9-]{0,14}$/, 'must be a name of an interface, such as believe'),
    research: z.strictObject({
      /** Where the broker reaches WireGuard of research. */
      endpoint: host,
      port: port.default(51_820),
      address: z.ipv4(),
      publicKey: publicKey.optional(),
    }),
    broker: z.strictObject({ os: z.enum(['windows', 'linux']), address: z.ipv4(), publicKey: publicKey.optional() }),
    rsyncPort: port.default(8730),
    temporalPort: port.default(7233),
  })
  .refine(({ research, broker }) => research.address !== broker.address, {
    path: ['broker', 'address'],
    message: 'must differ from that of research',
  });
export type PathDescription = Readonly<z.infer<typeof pathDescription>>;
export type Side = 'broker' | 'research';
