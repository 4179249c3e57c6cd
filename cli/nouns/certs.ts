import path from 'node:path';
import { type Command, Option } from 'commander';
import {
  AUTHORITY_DAYS,
  authorityFile,
  authorityKeyFile,
  type CertificatePlaces,
  certificateFile,
  issueCertificate,
  keyFile,
  LEAF_DAYS,
  makeAuthority,
} from '../../deploy/certificates/authority.js';
import { heldCertificates, renewCertificates } from '../../deploy/certificates/held-certificates.js';
import { CERTIFICATE_ROLES, type CertificateRole } from '../../deploy/certificates/roles.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { UsageFailure } from '../../shared/failure.js';
import { keepFilesPrivate } from '../../shared/node/process/private-files.js';
import { configOf, type HomeOptions, homeVerbs } from '../home-verb.js';
import { wholeNumber } from '../option-values.js';
import { printResult } from '../output.js';

/** `believe certs`: the small authority that signs for this product alone, and the certificates of a Temporal server of one's own. */
export function register(noun: Command): void {
  const verb = (name: string, description: string) =>
    homeVerbs(noun)(name, description)
      .option('--folder <folder>', 'certificates (default: certs in the home folder)')
      .option('--authority-folder <folder>', "the authority's key (default: offline-authority in the home folder)");
  const leafDays = (command: Command) =>
    command.option('--days <n>', 'days until a certificate ends', wholeNumber(1), LEAF_DAYS);
  verb('init', 'make the authority; one that is there is left alone')
    .option('--days <n>', 'days until the authority ends', wholeNumber(1), AUTHORITY_DAYS)
    .action(init);
  leafDays(verb('issue', 'a key and a certificate for a role'))
    .addOption(new Option('--role <role>', 'whom it names').choices(CERTIFICATE_ROLES).makeOptionMandatory())
    .option('--name <name...>', 'host names and addresses of the server, as clients call it')
    .option('--new-key', 'also where the role has a key, which may be known to others')
    .action(issue);
  leafDays(verb('renew', 'a new certificate for what is past two thirds of its life, with the same key and names'))
    .addOption(new Option('--role <role...>', 'renew these, due or not').choices(CERTIFICATE_ROLES))
    .action(renew);
  verb('show', 'what there is, and when it ends').action(show);
}

interface CertificateOptions extends HomeOptions {
  folder?: string;
  authorityFolder?: string;
}

async function init(options: CertificateOptions & { days: number }): Promise<void> {
  const places = placesOf(options);
  await makeAuthority(places, options.days);
  print(options, places, [
    `made ${authorityFile(places)}: temporal.tls.caFile of every machine, and clientCaFiles of the server`,
    `the authority's key is ${authorityKeyFile(places)}`,
    '  -> move it off this machine: whoever has it is anybody to the server',
  ]);
}

async function issue(
  options: CertificateOptions & { role: CertificateRole; days: number; name?: string[]; newKey?: boolean },
): Promise<void> {
  const { role, days, name: names = [], newKey = false } = options;
  if ((role === 'server') !== names.length > 0)
    throw new UsageFailure(
      role === 'server' ? 'the server needs its names' : `${role} has no host name`,
      role === 'server' ? '--name temporal.example.org 10.0.0.1' : 'leave --name out',
    );
  const places = placesOf(options);
  await issueCertificate(places, role, { days, names, newKey });
  print(options, places, [
    `made ${certificateFile(places, role)} with ${keyFile(places, role)}: bring both to ${role}'s machine alone`,
  ]);
}

async function renew(options: CertificateOptions & { role?: CertificateRole[]; days: number }): Promise<void> {
  const places = placesOf(options);
  const roles = await renewCertificates(places, { roles: options.role ?? null, days: options.days, nowMs: Date.now() });
  print(options, places, [
    roles.length === 0
      ? 'none is past two thirds of its life'
      : `renewed ${roles.join(', ')}: bring the .pem to its machine, and start its processes again`,
  ]);
}

function show(options: CertificateOptions): void {
  print(options, placesOf(options), []);
}

function print(options: CertificateOptions, places: CertificatePlaces, said: string[]): void {
  const certificates = heldCertificates(places, Date.now());
  const lines = certificates.map(({ role, expires, daysLeft, isDue, fault }) =>
    [`  ${role}`, `${expires.slice(0, 10)}`, fault ?? `${daysLeft} days left${isDue ? ', due' : ''}`].join('  '),
  );
  printResult(options.json === true, { ...places, certificates }, [...said, ...lines].join('\n'));
}

function placesOf(options: CertificateOptions): CertificatePlaces {
  keepFilesPrivate();
  const { certificates, authorityKey } = homePlaces(configOf(options).home);
  return {
    folder: options.folder === undefined ? certificates : path.resolve(options.folder),
    authorityFolder: options.authorityFolder === undefined ? authorityKey : path.resolve(options.authorityFolder),
  };
}
