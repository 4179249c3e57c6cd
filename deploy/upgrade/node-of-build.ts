import path from 'node:path';
import { z } from 'zod';
import { readJson } from '../../shared/node/files/read-json.js';
import { nodeVersionOf } from '../node-version.js';

const manifest = z.object({ engines: z.object({ node: z.string() }) });

/** Why a build does not run on the Node of its services; nothing where it does. */
export async function nodeRefusals(folder: string, node: string): Promise<string[]> {
  const range = readJson(path.join(folder, 'package.json'), manifest)?.engines.node;
  const version = await nodeVersionOf(node);
  if (version === null || range === undefined) return [`${node} is no Node, or ${folder} does not say which it needs`];
  return isWithin(version, range) ? [] : [`the services' Node is ${version} (${node}); the build needs ${range}`];
}

/** A range as ours are written: `^22.15.0 || ^24.0.0`. */
export function isWithin(version: string, range: string): boolean {
  const [major, minor, patch] = version.split('.').map(Number);
  return range.split('||').some((one) => {
    const [, least, leastMinor, leastPatch] = /^\^(\d+)\.(\d+)\.(\d+)$/.exec(one.trim()) ?? [];
    if (least === undefined || major !== Number(least)) return false;
    return minor! > Number(leastMinor) || (minor === Number(leastMinor) && patch! >= Number(leastPatch));
  });
}
