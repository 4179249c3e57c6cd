import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import path from 'node:path';
import { filesIn } from './archive.js';

export const BUNDLE_PLATFORMS = ['linux-x64', 'win32-x64'] as const;
export type BundlePlatform = (typeof BUNDLE_PLATFORMS)[number];

/** As npm and Node name the parts of a platform. */
export const partsOf = (platform: BundlePlatform): { readonly os: string; readonly cpu: string } => {
  const [os, cpu] = platform.split('-') as [string, string];
  return { os, cpu };
};

/** What a file's first bytes say it can run on; null where it is no program and no library. */
export function machineOf(bytes: Uint8Array): string | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = (offset: number) => (offset + 4 <= bytes.length ? view.getUint32(offset, true) : -1);
  if (at(0) === 0x464c457f) return bytes.length >= 20 ? elfMachine(view.getUint16(18, true)) : 'elf';
  if (at(0) === 0xfeedfacf || at(0) === 0xbebafeca) return 'darwin';
  if ((at(0) & 0xffff) !== 0x5a4d || bytes.length < 0x40) return null;
  const header = at(0x3c);
  if (header < 0 || at(header) !== 0x4550 || header + 6 > bytes.length) return null;
  return view.getUint16(header + 4, true) === 0x8664 ? 'win32-x64' : 'win32-other';
}

/** e_machine of ELF, by its specification: 62 is x86-64, 183 AArch64. */
const elfMachine = (machine: number): string =>
  machine === 62 ? 'linux-x64' : machine === 183 ? 'linux-arm64' : 'linux-other';

/** Programs and libraries in a folder, by path within it. */
export function machinesIn(folder: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of filesIn(folder)) {
    const machine = machineOf(beginningOf(path.join(folder, name)));
    if (machine !== null) found.set(name, machine);
  }
  return found;
}

function beginningOf(file: string): Buffer {
  const opened = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(4096);
    return bytes.subarray(0, readSync(opened, bytes));
  } finally {
    closeSync(opened);
  }
}

/** Packages that bring programs for every platform at once keep those of this one. @returns what was removed */
export function removeForeign(folder: string, platform: BundlePlatform): string[] {
  const foreign = [...machinesIn(folder)].filter(([, machine]) => machine !== platform).map(([name]) => name);
  for (const name of foreign) rmSync(path.join(folder, name));
  return foreign;
}
