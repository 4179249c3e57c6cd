import { startLocalPage } from '../deploy/local-page.js';
import { homePlaces } from '../shared/config/home-places.js';
import { keepFilesPrivate } from '../shared/node/process/private-files.js';
import { untilAskedToStop } from '../shared/node/process/stop-request.js';
import { readTrustedRoot } from '../shared/node/trust/trust-store.js';
import { workerConfig } from './worker-options.js';

/** The public page on this machine, in the workerd that Cloudflare runs. */
const config = workerConfig();
keepFilesPrivate();
const stop = untilAskedToStop();
const { public: places, research } = homePlaces(config.home);
const { keys } = readTrustedRoot(research.trust).roles.state;
const page = await startLocalPage({
  ...{ origin: config.public.origin, fundName: config.public.fundName, folder: places.page },
  ...{ host: '127.0.0.1', port: config.public.pagePort },
  sites: {
    ...(config.public.siteUrl ? { site: config.public.siteUrl } : {}),
    ...(config.public.tradesUrl ? { trades: config.public.tradesUrl } : {}),
  },
  stateKeys: keys.flatMap((key) => ('spkiDer' in key ? [key.spkiDer.toString('base64')] : [])),
  onEgress: (url) => process.stderr.write(`the page has asked ${url}, which it must not\n`),
});
process.stderr.write(`the public page: ${page.url}/\n`);
await stop;
await page.close();
process.exit(0);
