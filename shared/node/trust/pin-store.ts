import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Failure } from '../../failure.js';
import { jsonOfFormat } from '../../formats/version-found.js';
import { comparePins, highestPin, type Pin, pin } from '../../trust/pin.js';
import { replaceFile } from '../disk/replace-file.js';

/**
 * The pin on disk, kept twice: `pin.json`, and one file for each release ever verified in `trust/verified/`, which only
 * grows. The highest wins, so deleting or restoring one of the two lowers nothing. With both gone, or one unreadable,
 * the broker cannot know what it had verified, and refuses until an operator says so: first use is never implied.
 * @param brokerFolder `broker/` of the home folder
 * @throws PinLost
 */
export function readPin(brokerFolder: string): Pin {
  const kept = [pinFile(brokerFolder), ...verifiedFiles(brokerFolder)].map(readPinFile).filter((one) => one !== null);
  const highest = kept.reduce<Pin | null>((sofar, one) => (sofar === null ? one : highestPin(sofar, one)), null);
  if (highest === null) throw new PinLost(`${pinFile(brokerFolder)} and its copies are missing`, { brokerFolder });
  const other = kept.find((one) => comparePins(one, highest) === 0 && one.payloadSha256 !== highest.payloadSha256);
  if (other !== undefined) {
    throw new PinLost(`two payloads were verified under counter ${highest.counter}`, { brokerFolder });
  }
  return highest;
}

/** Raises the pin; a pin that is not higher changes nothing but the time last seen. The copy that only grows is first. */
export function raisePin(brokerFolder: string, next: Pin): void {
  const highest = highestPin(readPin(brokerFolder), next);
  writePin(brokerFolder, highest);
}

/** First use: only where the broker has no trace of a pin. @throws PinLost where it has */
export function initPin(brokerFolder: string, first: Pin): void {
  if (hasPin(brokerFolder)) throw new PinLost(`${brokerFolder} has a pin already`, { brokerFolder });
  writePin(brokerFolder, first);
}

export function hasPin(brokerFolder: string): boolean {
  return readPinFile(pinFile(brokerFolder)) !== null || verifiedFiles(brokerFolder).length > 0;
}

/** The broker no longer knows which release it verified last; loading anything could be a rollback. */
export class PinLost extends Failure {
  constructor(what: string, details: Readonly<Record<string, unknown>>) {
    super(
      'PinLost',
      `no release can be verified: ${what}`,
      'restore pin.json and trust/ from a backup; if there is none, read the newest counter from the research tier and ' +
        'set it with `believe keys pin --counter N --payload SHA256` (docs/release.md, "Recovery")',
      details,
    );
  }
}

function writePin(brokerFolder: string, value: Pin): void {
  const text = `${JSON.stringify(pin.parse(value))}\n`;
  if (value.counter > 0) {
    mkdirSync(verifiedFolder(brokerFolder), { recursive: true });
    // One name for each release: written once per release, and again only with the same content but a later time.
    replaceFile(path.join(verifiedFolder(brokerFolder), `e${value.epoch}-c${value.counter}.json`), text);
  }
  replaceFile(pinFile(brokerFolder), text);
}

function pinFile(brokerFolder: string): string {
  return path.join(brokerFolder, 'pin.json');
}

function verifiedFolder(brokerFolder: string): string {
  return path.join(brokerFolder, 'trust', 'verified');
}

function verifiedFiles(brokerFolder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(verifiedFolder(brokerFolder));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return names.filter((name) => name.endsWith('.json')).map((name) => path.join(verifiedFolder(brokerFolder), name));
}

/** Null where there is no such file. */
function readPinFile(file: string): Pin | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    return pin.parse(jsonOfFormat('broker pin', file, text));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new PinLost(`${file} is unreadable`, { file });
  }
}
