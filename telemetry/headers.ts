import { existsSync } from 'node:fs';
import { BadInput } from '../shared/failure.js';
import { readPrivateFile } from '../shared/node/process/private-files.js';

const HEADER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)[ \t]*$/;

/** @throws BadInput, Failure 'KeyExposed' */
export function readHeaders(file: string): Record<string, string> {
  if (!existsSync(file))
    throw new BadInput(file, undefined, 'is not there', 'make it, or set telemetry.headersFile to null');
  return headersIn(readPrivateFile(file).toString('utf8'), file);
}

/** One header a line, as HTTP writes them; empty lines count for nothing. @throws BadInput, which shows no value */
export function headersIn(text: string, file: string): Record<string, string> {
  const headers: Record<string, string> = {};
  text.split(/\r?\n/).forEach((line, at) => {
    if (line.trim() === '') return;
    const [, name, value] = HEADER.exec(line) ?? [];
    if (name === undefined || value === undefined)
      throw new BadInput(file, `line ${at + 1}`, 'is no header', 'write it as `Authorization: Bearer TOKEN`');
    headers[name.toLowerCase()] = value;
  });
  return headers;
}
