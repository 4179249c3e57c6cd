// `npm run bundle`: what a machine needs that has no registry and no compiler, one archive a platform (docs/deploy.md).
//   npm run bundle                            linux-x64 and win32-x64, into bundles/
//   npm run bundle -- --platform linux-x64    one of them
//   npm run bundle -- --out DIR --json
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { readyOrEnd } from './ready.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

await readyOrEnd('bundle', 1);
const from = (name) => import(pathToFileURL(path.join(root, 'dist', name)).href);
const { makeBundles } = await from('deploy/bundle/make-bundle.js');
const { BUNDLE_PLATFORMS } = await from('deploy/bundle/platforms.js');
try {
  const { values } = parseArgs({
    options: {
      platform: { type: 'string', multiple: true, default: [...BUNDLE_PLATFORMS] },
      out: { type: 'string', default: path.join(root, 'bundles') },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(`npm run bundle -- [--platform ${BUNDLE_PLATFORMS.join('|')}]... [--out DIR] [--json]`);
    process.exit(0);
  }
  const unknown = values.platform.find((one) => !BUNDLE_PLATFORMS.includes(one));
  if (unknown !== undefined) throw Object.assign(new Error(`${unknown} is no platform of a bundle`), { isUsage: true });
  const platforms = [...new Set(values.platform)];
  const bundles = await makeBundles({
    root,
    out: path.resolve(values.out),
    platforms,
    progress: (line) => console.error(line),
  });
  if (values.json) console.log(JSON.stringify({ bundles }));
  else
    for (const { file, sizeBytes, sha256, components } of bundles)
      console.log(`${file}  ${(sizeBytes / 2 ** 20).toFixed(0)} MiB, ${components} components, sha256 ${sha256}`);
} catch (error) {
  console.error(`bundle: ${error.message}${error.fix ? `\n  -> ${error.fix}` : ''}`);
  process.exitCode = error.isUsage || error.code?.startsWith('ERR_PARSE_ARGS') ? 2 : 1;
}
