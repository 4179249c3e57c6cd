import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { lastLine, runCommand } from '../../setup/run-command.js';
import { Failure } from '../../shared/failure.js';

/** What a bundle holds that npm did not install. */
export interface Extra {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  readonly purl: string;
}

const bom = z.looseObject({ bomFormat: z.literal('CycloneDX'), components: z.array(z.looseObject({})) });

/**
 * The bill of materials by CycloneDX's own tool for npm, of what is installed in the folder, and what else lies there.
 * @returns number of components
 * @throws Failure 'BundleNotMade'
 */
export async function writeSbom(ask: {
  readonly root: string;
  readonly folder: string;
  readonly file: string;
  readonly extras: readonly Extra[];
}): Promise<number> {
  const { root, folder, file, extras } = ask;
  const tool = path.join(root, 'node_modules/@cyclonedx/cyclonedx-npm/bin/cyclonedx-npm-cli.js');
  const words = ['--omit', 'dev', '--output-reproducible', '--spec-version', '1.6', '--output-file', file];
  const made = await runCommand(process.execPath, [tool, ...words, path.join(folder, 'package.json')], {
    timeLimitMs: 5 * 60_000,
  });
  if (made.status !== 0) throw new Failure('BundleNotMade', `bill of materials: ${lastLine(made)}`, 'see above');
  const written = bom.parse(JSON.parse(readFileSync(file, 'utf8')));
  const others = extras.map(({ name, version, sha256, purl }) => ({
    ...{ type: 'library', name, version, purl, 'bom-ref': purl },
    hashes: [{ alg: 'SHA-256', content: sha256 }],
  }));
  const whole = { ...written, components: [...written.components, ...others] };
  writeFileSync(file, `${JSON.stringify(whole, null, 2)}\n`);
  return whole.components.length;
}
