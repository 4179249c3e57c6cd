import { userInfo } from 'node:os';
import { type Command, Option } from 'commander';
import { type KeyPlaces, privateKeysFolder, publicKeyFile, trustFolder } from '../../research/release/key-places.js';
import { initKeys, ROTATED_ROLES, type RotatedRole, rotateKeys, USUAL_CEREMONY } from '../../research/release/keys.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { UsageFailure } from '../../shared/failure.js';
import { readSigningKeys } from '../../shared/node/trust/key-folder.js';
import { hasPin, initPin, readPin } from '../../shared/node/trust/pin-store.js';
import { readTrustedRoot } from '../../shared/node/trust/trust-store.js';
import { ROLE_NAMES, type TrustedRoot } from '../../shared/trust/root.js';
import { type PlaceOptions, placesOf, withPlaces } from '../keys/place-options.js';
import { wholeNumber } from '../option-values.js';
import { printResult } from '../output.js';
import { keysWarning, rootKeysWarning } from '../up/keys-warning.js';

/** `believe keys`: the key ceremony of a home folder. */
export function register(noun: Command): void {
  withPlaces(noun.command('init'))
    .description(
      'make the keys of every role, the first root of trust and the first pin; a complete home is left alone',
    )
    .option('--root-keys <n>', 'how many root keys', wholeNumber(1), USUAL_CEREMONY.rootKeys)
    .option('--root-threshold <n>', 'how many of them must sign a root', wholeNumber(1), USUAL_CEREMONY.rootThreshold)
    .option('--root-days <n>', 'days until the root expires', wholeNumber(1), USUAL_CEREMONY.rootLifetimeDays)
    .option('--operator <name>', 'who the first operator is', userInfo().username)
    .action(init);
  withPlaces(noun.command('rotate'))
    .description('make the next root of trust, with new keys for the roles named; needs the private root keys')
    .addOption(new Option('--role <role...>', 'roles that get new keys').choices(ROTATED_ROLES).default(['release']))
    .option('--new-epoch', 'make every release signed so far void (after a stolen release key)')
    .option('--root-days <n>', 'days until the root expires', wholeNumber(1), USUAL_CEREMONY.rootLifetimeDays)
    .action(rotate);
  withPlaces(noun.command('show')).description('the root of trust, and which private keys are here').action(show);
  withPlaces(noun.command('pin'))
    .description('say which release a broker verified last, where it has lost both its pin and the copies')
    .requiredOption('--counter <n>', 'counter of the newest release it may have verified', wholeNumber(1))
    .requiredOption('--payload <sha256>', 'payloadSha256 of that release (believe release list --json)')
    .action(pinByHand);
}

function init(
  options: PlaceOptions & { rootKeys: number; rootThreshold: number; rootDays: number; operator: string },
): void {
  const places = placesOf(options);
  const { rootKeys, rootThreshold, rootDays: rootLifetimeDays } = options;
  const { created, root } = initKeys(places, {
    ...{ rootKeys, rootThreshold, rootLifetimeDays, operatorName: options.operator },
    nowMs: Date.now(),
  });
  const text = created
    ? `root of trust 1 made, ${rootThreshold} of ${rootKeys} root keys sign the next\n${keysWarning(places, options.operator)}`
    : `root of trust ${root.metadata.version} is here already; nothing was changed`;
  printResult(options.json === true, { created, ...described(places, root) }, text);
}

function rotate(options: PlaceOptions & { role: RotatedRole[]; newEpoch?: boolean; rootDays: number }): void {
  const places = placesOf(options);
  const { role: roles, newEpoch = false, rootDays: rootLifetimeDays } = options;
  const root = rotateKeys(places, { roles, newEpoch, rootLifetimeDays, nowMs: Date.now() });
  const { version, epoch } = root.metadata;
  const text = `root of trust ${version} made (epoch ${epoch}), new keys for ${roles.join(', ')}; ship a release to bring it to the brokers\n${rootKeysWarning(places)}`;
  printResult(options.json === true, described(places, root), text);
}

function show(options: PlaceOptions): void {
  const places = placesOf(options);
  const root = readTrustedRoot(trustFolder(places, 'research'));
  const result = described(places, root);
  const lines = result.roles.flatMap(({ role, threshold, keys }) => [
    `  ${role}: ${threshold} of ${keys.length}`,
    ...keys.map(({ keyid, privateKeyHere }) => `    ${keyid}${privateKeyHere ? '  private key here' : ''}`),
  ]);
  const { version, epoch, expires } = root.metadata;
  const head = `root of trust ${version}, epoch ${epoch}, expires ${expires}`;
  printResult(options.json === true, result, [head, ...lines].join('\n'));
}

function pinByHand(options: PlaceOptions & { counter: number; payload: string }): void {
  const places = placesOf(options);
  const brokerFolder = homePlaces(places.home).broker.folder;
  if (!/^[0-9a-f]{64}$/.test(options.payload)) {
    throw new UsageFailure(
      `--payload ${options.payload} is not a sha256`,
      'take payloadSha256 of `believe release list`',
    );
  }
  if (hasPin(brokerFolder)) {
    throw new UsageFailure(
      `${brokerFolder} has its pin (counter ${readPin(brokerFolder).counter}), and a pin only rises by verifying`,
      'nothing is lost here: leave it',
    );
  }
  const { version, epoch } = readTrustedRoot(trustFolder(places, 'broker')).metadata;
  const pin = {
    v: 1 as const,
    rootVersion: version,
    epoch,
    counter: options.counter,
    payloadSha256: options.payload,
    highestSeenUtc: new Date().toISOString(),
  };
  initPin(brokerFolder, pin);
  printResult(options.json === true, { pin }, `pinned at counter ${pin.counter}: older releases are refused`);
}

function described(places: KeyPlaces, root: TrustedRoot) {
  const { version, epoch, expires } = root.metadata;
  const folder = trustFolder(places, 'research');
  const roles = ROLE_NAMES.map((role) => {
    const here = new Set(readSigningKeys(privateKeysFolder(places, role), role).map(({ keyid }) => keyid));
    const { threshold, keys } = root.roles[role];
    return { role, threshold, keys: keys.map(({ keyid }) => ({ keyid, privateKeyHere: here.has(keyid) })) };
  });
  const publicKeys = root.roles.release.keys.map(({ keyid }) => publicKeyFile(folder, 'release', keyid));
  return { rootVersion: version, epoch, expires, roles, publicKeys, rootKeysFolder: places.rootKeysFolder };
}
