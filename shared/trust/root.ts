import { z } from 'zod';
import { Failure } from '../failure.js';
import { sha256Hex } from '../reference.js';
import { type DsseEnvelope, encodeEnvelope, parseEnvelope, signEnvelope, verifySignatures } from './dsse.js';
import type { SigningKey } from './ed25519-key.js';
import { type ListedKey, listedKey } from './listed-key.js';

export const ROOT_PAYLOAD_TYPE = 'application/vnd.believe.root+json';

export const ROLE_NAMES = ['root', 'release', 'journal', 'state', 'operator', 'receipt'] as const;
export type RoleName = (typeof ROLE_NAMES)[number];

const role = z.strictObject({ keyids: z.array(sha256Hex).min(1).max(16), threshold: z.number().int().positive() });

/** How people call an operator: it stands in manifests and in `--by`. */
export const operatorName = z.string().trim().min(1).max(100);

/**
 * Operators let a held ship go on. `names` says who a key is; releases with a counter below `firstCounter` were signed
 * before operators had keys, so that those still verify.
 */
const operatorRole = role.extend({
  names: z.record(sha256Hex, operatorName),
  firstCounter: z.number().int().positive(),
});

/** Payload of the root of trust: which keys may sign what. `keys` maps a keyid to the SPKI DER, or an operator's OpenSSH key, in base64. */
export const rootMetadata = z.strictObject({
  kind: z.literal('believe.root'),
  version: z.number().int().positive(),
  /** A higher epoch makes every release of a lower one void: the way back after a stolen release key. */
  epoch: z.number().int().positive(),
  expires: z.iso.datetime(),
  keys: z.record(sha256Hex, z.string()),
  /** Roots made before operators had keys, or research acknowledged what it received, list none. */
  roles: z.strictObject({
    ...{ root: role, release: role, journal: role, state: role },
    operator: operatorRole.optional(),
    receipt: role.optional(),
  }),
});
export type RootMetadata = Readonly<z.infer<typeof rootMetadata>>;

export interface TrustedRole {
  readonly threshold: number;
  readonly keys: readonly ListedKey[];
}

/** A root whose own signatures have been checked. */
export interface TrustedRoot {
  readonly metadata: RootMetadata;
  readonly roles: Readonly<Record<RoleName, TrustedRole>>;
  /** The signed bytes, as they are stored and published. */
  readonly envelope: Buffer;
}

/** Reads a root and checks that the keys it names as root have signed it. It says nothing of who chose those keys. */
export function readRoot(envelopeBytes: Buffer): TrustedRoot {
  const envelope = parseEnvelope(envelopeBytes);
  const root = unsignedRoot(envelope, envelopeBytes);
  requireSignatures(envelope, root.roles.root, `version ${root.metadata.version}`);
  return root;
}

/**
 * The only way from one root to the next: version N + 1, signed by the thresholds of N and of N + 1, epoch not lower.
 * An expired N may still name its successor; whoever verifies a release checks the expiry of the newest.
 * @throws RootRefused
 */
export function nextRoot(trusted: TrustedRoot, envelopeBytes: Buffer): TrustedRoot {
  const envelope = parseEnvelope(envelopeBytes);
  const next = unsignedRoot(envelope, envelopeBytes);
  const { version, epoch } = trusted.metadata;
  if (next.metadata.version !== version + 1) {
    throw new RootRefused('version', `version ${next.metadata.version} cannot follow version ${version}`);
  }
  if (next.metadata.epoch < epoch) throw new RootRefused('epoch', `epoch ${next.metadata.epoch} is below ${epoch}`);
  requireSignatures(envelope, trusted.roles.root, `version ${version}, the root trusted now`);
  requireSignatures(envelope, next.roles.root, `version ${version + 1}, the new root itself`);
  const signers = [...trusted.roles.root.keys, ...next.roles.root.keys];
  if (verifySignatures(envelope, signers, 1).surplus)
    throw new RootRefused('signature', 'it carries a signature of no root key, or of one twice');
  return next;
}

/** Signs with the keys given; each must be a root key of this version or of the one before. */
export function signRoot(metadata: RootMetadata, keys: readonly SigningKey[]): Buffer {
  const payload = Buffer.from(JSON.stringify(rootMetadata.parse(metadata)));
  return encodeEnvelope(signEnvelope(ROOT_PAYLOAD_TYPE, payload, keys));
}

export type RootFault = 'malformed' | 'version' | 'epoch' | 'signature';

export class RootRefused extends Failure {
  constructor(
    readonly fault: RootFault,
    message: string,
  ) {
    super(
      'RootRefused',
      `root of trust refused: ${message}`,
      'take the roots in order, without skipping one, from the offline ceremony',
      { fault },
    );
  }
}

function unsignedRoot(envelope: DsseEnvelope, envelopeBytes: Buffer): TrustedRoot {
  if (envelope.payloadType !== ROOT_PAYLOAD_TYPE) {
    throw new RootRefused('malformed', `payload type ${envelope.payloadType}`);
  }
  const metadata = parseMetadata(envelope);
  const roles = Object.fromEntries(ROLE_NAMES.map((name) => [name, trustedRole(metadata, name)]));
  refuseSharedKeys(metadata);
  refuseOneKeyTwice(Object.values(roles).flatMap(({ keys }) => keys));
  return { metadata, roles: roles as Record<RoleName, TrustedRole>, envelope: envelopeBytes };
}

function parseMetadata(envelope: DsseEnvelope): RootMetadata {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(envelope.payload, 'base64').toString('utf8'));
  } catch {
    throw new RootRefused('malformed', 'the payload is not JSON');
  }
  const parsed = rootMetadata.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new RootRefused('malformed', `${issue.path.join('.')}: ${issue.message}`);
}

/** A role that the root does not list has no keys, and so no signature of it ever counts. */
const NOBODY = { keyids: [], threshold: 0 };

function trustedRole(metadata: RootMetadata, name: RoleName): TrustedRole {
  const { keyids, threshold } = metadata.roles[name] ?? NOBODY;
  const keys = [...new Set(keyids)].map((keyid) => {
    const key = listedKey(Buffer.from(metadata.keys[keyid] ?? '', 'base64'));
    if ('blob' in key && name !== 'operator')
      throw new RootRefused('malformed', `the key listed as ${keyid} is one of ssh, and those are for operators only`);
    if (key.keyid !== keyid) throw new RootRefused('malformed', `the key listed as ${keyid} has another keyid`);
    return key;
  });
  if (keys.length < threshold) {
    throw new RootRefused('malformed', `role ${name} asks for ${threshold} keys and has ${keys.length}`);
  }
  return { threshold, keys };
}

/** A key in two roles would let one of them speak for the other. */
function refuseSharedKeys({ roles }: RootMetadata): void {
  const keyids = ROLE_NAMES.flatMap((name) => [...new Set(roles[name]?.keyids ?? [])]);
  const shared = keyids.find((keyid, index) => keyids.indexOf(keyid) !== index);
  if (shared !== undefined) throw new RootRefused('malformed', `the key ${shared} has two roles`);
}

/** In two forms, of ssh and of its own, one key would count as two signers. */
function refuseOneKeyTwice(keys: readonly ListedKey[]): void {
  const raw = keys.map(({ publicKey }) => publicKey.export({ type: 'spki', format: 'der' }).toString('hex'));
  const twice = keys.find((_, index) => raw.indexOf(raw[index]!) !== index);
  if (twice) throw new RootRefused('malformed', `the key ${twice.keyid} is listed in two forms`);
}

function requireSignatures(envelope: DsseEnvelope, role: TrustedRole, whose: string): void {
  const check = verifySignatures(envelope, role.keys, role.threshold);
  if (check.met) return;
  throw new RootRefused(
    'signature',
    `${check.keyIds.length} of the ${role.threshold} signatures needed by the root keys of ${whose}`,
  );
}
