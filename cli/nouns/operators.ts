import type { Command } from 'commander';
import { releaseLedger } from '../../research/release/build-release.js';
import { type KeyPlaces, privateKeysFolder, trustFolder } from '../../research/release/key-places.js';
import { addOperator, operatorsOf, revokeOperator } from '../../research/release/operators.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { UsageFailure } from '../../shared/failure.js';
import { HANDWRITTEN_BYTES_MAX, readInputFile } from '../../shared/node/disk/plain-file.js';
import { readTrustedRoot } from '../../shared/node/trust/trust-store.js';
import { verifyingKeyFromPem } from '../../shared/trust/ed25519-key.js';
import type { ListedKey } from '../../shared/trust/listed-key.js';
import { sshKeyInLine } from '../../shared/trust/ssh-key.js';
import { operatorKeysIn } from '../keys/operator-key.js';
import { type PlaceOptions, placesOf, withPlaces } from '../keys/place-options.js';
import { wholeNumber } from '../option-values.js';
import { printResult } from '../output.js';

/** `believe operators`: whose signature lets a held ship go on, by the root of trust of a home folder. */
export function register(noun: Command): void {
  withPlaces(noun.command('ls')).description('who they are, how many must sign, and whose key is here').action(list);
  withPlaces(noun.command('add'))
    .description(
      'list one more in the next root of trust; makes a key unless a public one is given; needs the root keys',
    )
    .requiredOption('--name <name>', 'how he is called in manifests and by --by')
    .option(
      '--public-key <file>',
      'his public key, made on his own machine: Ed25519 as PEM (openssl pkey -pubout), or a .pub file of ssh, also of a hardware key (ssh-keygen -t ed25519-sk)',
    )
    .option('--threshold <n>', 'from now on so many operators must sign an approval', wholeNumber(1))
    .action(add);
  withPlaces(noun.command('revoke'))
    .description('take one off the next root of trust: his approvals let nothing go any more; needs the root keys')
    .argument('<name or keyid>')
    .action(revoke);
}

function list(options: PlaceOptions): void {
  const places = placesOf(options);
  const result = described(places);
  const lines = result.operators.map(
    ({ name, keyid, privateKeyHere }) => `  ${name}  ${keyid}${privateKeyHere ? '  private key here' : ''}`,
  );
  const head =
    lines.length === 0
      ? 'no operators: no held ship can be approved\n  -> believe operators add --name NAME'
      : `${result.threshold} of ${lines.length} must sign an approval`;
  printResult(options.json === true, result, [head, ...lines].join('\n'));
}

function add(options: PlaceOptions & { name: string; publicKey?: string; threshold?: number }): void {
  const places = placesOf(options);
  const { name, threshold } = options;
  const last = releaseLedger(homePlaces(places.home).research.releases).list().at(-1);
  const { keyid, keyFile, root } = addOperator(places, {
    name,
    nextCounter: (last?.counter ?? 0) + 1,
    ...(threshold === undefined ? {} : { threshold }),
    ...(options.publicKey === undefined ? {} : { publicKey: publicKeyIn(options.publicKey) }),
  });
  const text = [
    `${name} is an operator by root of trust ${root.metadata.version}; brokers learn it with the next release they pull`,
    ...(keyFile
      ? [`  his private key: ${keyFile}\n  -> move it to his own machine; whoever has it can let a held ship go on`]
      : []),
  ];
  printResult(options.json === true, { ...described(places), keyid, keyFile }, text.join('\n'));
}

function revoke(who: string, options: PlaceOptions): void {
  const places = placesOf(options);
  const { revoked, root } = revokeOperator(places, who);
  printResult(
    options.json === true,
    { ...described(places), revoked },
    `${revoked.name} is no operator any more by root of trust ${root.metadata.version}; brokers learn it with the next release they pull`,
  );
}

function described(places: KeyPlaces) {
  const { metadata, ...root } = readTrustedRoot(trustFolder(places, 'research'));
  const { threshold, operators } = operatorsOf({ metadata, ...root });
  const here = new Set(operatorKeysIn(privateKeysFolder(places, 'operator')).map(({ keyid }) => keyid));
  return {
    rootVersion: metadata.version,
    threshold,
    operators: operators.map((one) => ({ ...one, privateKeyHere: here.has(one.keyid) })),
  };
}

function publicKeyIn(file: string): ListedKey {
  const pem = readInputFile(file, HANDWRITTEN_BYTES_MAX);
  const text = pem.toString('utf8');
  try {
    if (/^(sk-)?(ssh|ecdsa)-/.test(text)) return sshKeyInLine(text);
    return verifyingKeyFromPem(pem);
  } catch {
    throw new UsageFailure(
      `${file} is no Ed25519 public key, as PEM or of ssh`,
      'openssl pkey -in KEY -pubout -out FILE, or ssh-keygen -t ed25519-sk',
    );
  }
}
