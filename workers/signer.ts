import { Signer } from '../research/signer/signer.js';
import { signerAddress } from '../research/signer/signer-address.js';
import { signerPlaces } from '../research/signer/signer-places.js';
import { serveSigner } from '../research/signer/signer-server.js';
import { gateThresholds } from '../shared/config/gate-thresholds.js';
import { readPrivateLine } from '../shared/node/process/private-files.js';
import { untilAskedToStop } from '../shared/node/process/stop-request.js';
import { workerConfig } from './worker-options.js';

/** The signer: holds the release key, knows no network, and answers on a socket of this machine. */
const { home, gate, ship, training } = workerConfig();
const { lock, ...places } = signerPlaces(home);
const stop = untilAskedToStop();
const server = await serveSigner({
  signer: new Signer(
    { ...places, passphrase: passphraseIn(process.env.BELIEVE_SIGNER_PASSPHRASE_FILE) },
    { thresholds: gateThresholds.parse(gate), lifetimeDays: ship.releaseLifetimeDays, heads: training.heads },
  ),
  address: signerAddress(home),
  lock,
  log: (line) => process.stderr.write(`${new Date().toISOString()} ${line}\n`),
});
await stop;
await server.close();

/** First line of the file, as systemd's LoadCredential= and its like hand it to this process alone. */
function passphraseIn(file: string | undefined): string | undefined {
  return file === undefined ? undefined : readPrivateLine(file);
}
