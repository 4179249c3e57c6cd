import { existsSync } from 'node:fs';
import path from 'node:path';
import { BadInput } from '../../shared/failure.js';
import { jsonOrUndefined } from '../../shared/fields/json-or-undefined.js';
import { readInputText } from '../../shared/node/disk/plain-file.js';
import { type Channel, channelsFile } from './channel.js';

const BYTES_MAX = 1 << 20;

/** The channels, in the order in which they are tried; files of secrets are named from its folder. None where there is no file. @throws BadInput */
export function readChannels(file: string): Channel[] {
  if (!existsSync(file)) return [];
  const parsed = channelsFile.safeParse(jsonOrUndefined(readInputText(file, BYTES_MAX)));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new BadInput(
      file,
      issue?.path.join('.') || undefined,
      issue?.message ?? 'is not JSON',
      'docs/alarms.md shows one',
    );
  }
  const placed = (name: string) => path.resolve(path.dirname(file), name);
  return parsed.data.channels.map((channel) =>
    Object.fromEntries(
      Object.entries(channel).map(([field, value]) => [
        field,
        field.endsWith('File') && typeof value === 'string' ? placed(value) : value,
      ]),
    ),
  ) as Channel[];
}
