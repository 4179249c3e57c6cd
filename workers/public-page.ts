import { startLocalPage } from '../deploy/local-page.js';
import { stateKeysOf } from '../research/public/state-keys.js';
import { homePlaces } from '../shared/config/home-places.js';
import { LoopbackDoor } from '../shared/node/http/loopback-door.js';
import { keepFilesPrivate } from '../shared/node/process/private-files.js';
import { untilAskedToStop } from '../shared/node/process/stop-request.js';
import { readTrustedRoot } from '../shared/node/trust/trust-store.js';
import { childNamed } from '../stack/child-named.js';
import { PidFile } from '../stack/pid-file.js';
import { workerConfig } from './worker-options.js';

/** The public page on this machine, in the workerd that Cloudflare runs. */
const config = workerConfig();
keepFilesPrivate();
const stop = untilAskedToStop();
const { public: places, research } = homePlaces(config.home);
// A workerd outlives a parent that is killed.
const behind = new PidFile(config.home, 'public-page-workerd');
await behind.endOrphan();
const page = await startLocalPage({
  ...{ origin: config.public.origin, fundName: config.public.fundName, folder: places.page },
  ...{ host: '127.0.0.1', port: 0 },
  sites: {
    ...(config.public.siteUrl ? { site: config.public.siteUrl } : {}),
    ...(config.public.tradesUrl ? { trades: config.public.tradesUrl } : {}),
  },
  stateKeys: stateKeysOf(readTrustedRoot(research.trust), config.public.origin).stateKeys,
  onEgress: (url) => process.stderr.write(`the page has asked ${url}, which it must not\n`),
});
const workerd = childNamed('workerd');
if (workerd !== null) behind.write(workerd);
const { pagePort } = config.public;
const door = await LoopbackDoor.open({
  ...{
    port: pagePort,
    behindPort: Number(new URL(page.url).port),
    purpose: 'the public page',
    field: 'public.pagePort',
  },
});
process.stderr.write(`the public page: http://127.0.0.1:${pagePort}/\n`);
await stop;
await door.close();
await page.close();
behind.remove();
process.exit(0);
