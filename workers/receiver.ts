import { serveReceiver } from '../research/receive/serve-receiver.js';
import { homePlaces } from '../shared/config/home-places.js';
import { keepFilesPrivate } from '../shared/node/process/private-files.js';
import { untilAskedToStop } from '../shared/node/process/stop-request.js';
import { workerConfig } from './worker-options.js';

/** The receiver: holds the receipt key, knows neither Temporal nor any network, and looks into one folder. */
const { home, upload } = workerConfig();
const { receiver, research } = homePlaces(home);
keepFilesPrivate();
const stop = new AbortController();
void untilAskedToStop().then(() => stop.abort());
await serveReceiver(
  {
    ...{ folder: receiver.folder, keysFolder: receiver.keys, trustFolder: research.trust },
    ...{ broker: upload.broker, epoch: upload.epoch, patienceSeconds: upload.patienceSeconds },
    ...{ everyMs: 500, retryMs: 5000 },
    log: (line) => process.stderr.write(`${new Date().toISOString()} ${line}\n`),
  },
  stop.signal,
);
