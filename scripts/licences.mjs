// Every package in package-lock.json has a licence that allows what we do with it: use it inside a product that is not
// distributed as source. A licence that is not on the list is a question for a lawyer, not for this script.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ALLOWED = new Set([
  ...[
    '0BSD',
    'Apache-2.0',
    'BlueOak-1.0.0',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'CC0-1.0',
    'ISC',
    'MIT',
    'MIT-0',
    'Unlicense',
  ],
  // Of argparse.
  'Python-2.0',
  // Of data about browsers (caniuse-lite), which names its source.
  'CC-BY-4.0',
]);
/**
 * Of tools that build and test, and are in nothing that is handed on: weak copyleft, used as it comes; and data about licences
 * (spdx-exceptions), which names its source.
 */
const ALLOWED_FOR_TOOLS = new Set([...ALLOWED, 'LGPL-3.0-or-later', 'MPL-2.0', 'CC-BY-3.0']);
/** Packages whose package.json says nothing, with the licence that their LICENSE file holds. */
const BY_FILE = new Map([['unionfs', 'Unlicense']]);

/**
 * The packages of a lock file whose licence is not on the list, one sentence each.
 * @param {{packages: Record<string, {license?: string, version?: string, link?: boolean, dev?: boolean}>}} lock
 */
export function licenceFaults(lock) {
  return Object.entries(lock.packages)
    .filter(([place, { link }]) => place !== '' && !link)
    .map(([place, { license, version, dev }]) => ({
      name: place.replace(/^.*node_modules\//, ''),
      license,
      version,
      dev,
    }))
    .map((one) => ({ ...one, license: one.license ?? BY_FILE.get(one.name) }))
    .filter(({ license, dev }) => license === undefined || !isAllowed(license, dev ? ALLOWED_FOR_TOOLS : ALLOWED))
    .map(({ name, version, license }) => `${name} ${version}: ${license ?? 'states no licence'}`);
}

/** An SPDX expression: of `OR` one is enough, of `AND` all are needed. No licence of ours has parentheses inside. */
function isAllowed(expression, allowed) {
  return expression
    .replace(/^\((.*)\)$/, '$1')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((licence) => allowed.has(licence)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), 'package-lock.json');
  const faults = licenceFaults(JSON.parse(readFileSync(file, 'utf8')));
  for (const fault of faults)
    console.error(
      `${fault}: not on the list in scripts/licences.mjs\n  -> use another package, or ask whether its licence may be added`,
    );
  process.exit(faults.length === 0 ? 0 : 1);
}
