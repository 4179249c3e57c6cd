import { foldCodeOf } from '../activities/research/fold-code.js';
import { createFoldActivities, onFoldHost } from '../activities/research/fold-steps.js';
import { foldPeers, makeMeasuringKey, measuringPublicKey } from '../research/evidence/measuring-keys.js';
import { FoldExchange } from '../research/folds/fold-exchange.js';
import { obtainLibxgboost } from '../setup/libxgboost.js';
import { Failure } from '../shared/failure.js';
import { keepFilesPrivate } from '../shared/node/process/private-files.js';
import { openTraces } from '../telemetry/open-traces.js';
import { serverAddress } from '../temporal/server-address.js';
import { codeIdentity } from './code-identity.js';
import { foldTasks } from './fold-tasks.js';
import { runWorker } from './run-worker.js';
import { logLine, workerConfig } from './worker-options.js';

/**
 * A second research host's worker: scores folds of ships that another host plans, and nothing else. It has a measuring key of its own,
 * the keys of the bucket, and copies of samples. On a host with other code it ends.
 */
const config = workerConfig();
const { home } = config;
keepFilesPrivate();
await FoldExchange.open(config);
makeMeasuringKey(home);
if (foldPeers(home).length === 0)
  throw new Failure(
    'NoFoldPeers',
    `${home}/research/fold-peers holds no key, so no offer of folds could be believed`,
    'bring the public measuring key of the host that plans the ships (its signer/measurers) into it',
  );
logLine(`measures as ${measuringPublicKey(home).keyid.slice(0, 16)}, whose public half is in ${home}/signer/measurers`);
const library = await obtainLibxgboost();
let otherCode: Failure | undefined;
let leave = () => {};
const left = new Promise<void>((resolve) => {
  leave = resolve;
});

await runWorker(
  {
    ...serverAddress(config, 'research'),
    identity: `folds@${process.pid}`,
    metrics: null,
    traces: await openTraces(config, 'research', logLine),
    deployment: null,
  },
  foldTasks(
    onFoldHost(
      createFoldActivities({
        ...{ config, library, planners: () => foldPeers(home), code: foldCodeOf({ ...codeIdentity(), library }) },
        onOtherCode: (refused) => {
          otherCode = refused;
          leave();
        },
      }),
    ),
  ),
  left,
);
if (otherCode) throw otherCode;
