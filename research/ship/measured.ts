import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { type DsseEnvelope, encodeEnvelope } from '../../shared/trust/dsse.js';
import { type Measured, signMeasurement } from '../evidence/measurement.js';
import { measuringKey } from '../evidence/measuring-keys.js';
import type { ShipFolder } from './ship-folder.js';

const FOLDER = 'evidence';
const NAME = /^[A-Za-z0-9_.-]{1,150}\.dsse\.json$/;
/** Folds of every head, against every release that a ship was ever compared with. */
const FILES_MAX = 20_000;
const ENVELOPE_BYTES_MAX = 2 ** 20;

/** Signs what a step of this worker has measured, beside the ship's other files. The same measurement gives the same bytes. */
export function keepMeasured(home: string, folder: ShipFolder, measured: Measured): void {
  keepSigned(folder, measured, signMeasurement(measured, measuringKey(home)));
}

/** The same of what another host has measured and signed. */
export function keepSigned(folder: ShipFolder, measured: Measured, signed: DsseEnvelope): void {
  folder.write(`${FOLDER}/${nameOf(measured)}.dsse.json`, encodeEnvelope(signed));
}

/** All that was measured for a ship, as one list; null where nothing was signed. */
export function measurementsOf(folder: ShipFolder): Buffer | null {
  const place = path.join(folder.path, FOLDER);
  const names = existsSync(place) ? readdirSync(place).filter((name) => NAME.test(name)) : [];
  if (names.length === 0) return null;
  const kept = names.sort().slice(0, FILES_MAX);
  const texts = kept.map((name) => folder.readOwn(`${FOLDER}/${name}`, ENVELOPE_BYTES_MAX).toString('utf8'));
  return Buffer.from(`[${texts.join(',')}]`);
}

function nameOf(measured: Measured): string {
  switch (measured.what) {
    case 'samples':
    case 'head':
      return `${measured.what}-${measured.head}`;
    case 'candidate':
      return 'candidate';
    case 'fold':
      return `fold-${measured.head}-${measured.fold}-against-${measured.priorRelease ?? 'none'}`;
    case 'day':
      return `day-${measured.tradeDate}-against-${measured.priorRelease ?? 'none'}`;
    case 'gate':
      return 'gate';
  }
}
