/**
 * Why a file name could mean another file on some system than the one it spells; undefined for a safe name.
 * Safe is an allow list, and everything else gets the name of its trick.
 */
export function nameFault(name: string): NameFault | undefined {
  if (name.startsWith('//') || name.startsWith('\\\\')) return 'unc';
  if (/^[A-Za-z]:/.test(name)) return 'drive';
  if (name.startsWith('/') || name.startsWith('\\')) return 'absolute';
  const parts = name.split(/[/\\]/);
  if (parts.includes('..') || parts.includes('.')) return 'dot-segment';
  if (name.includes(':')) return 'alternate-stream';
  if (name.includes('\\')) return 'backslash';
  if (/[^\x20-\x7e]/.test(name)) return 'not-printable-ascii';
  if (parts.some((part) => part === '')) return 'empty-segment';
  if (parts.some((part) => /[. ]$/.test(part))) return 'trailing-dot-or-space';
  if (parts.some((part) => DEVICE.test(part))) return 'reserved-device';
  if (name.includes('~')) return 'short-name';
  if (name.length > NAME_BYTES_MAX) return 'too-long';
  return SAFE.test(name) ? undefined : 'unusual-character';
}

export type NameFault =
  | 'unc'
  | 'drive'
  | 'absolute'
  | 'dot-segment'
  | 'alternate-stream'
  | 'backslash'
  | 'not-printable-ascii'
  | 'empty-segment'
  | 'trailing-dot-or-space'
  | 'reserved-device'
  | 'short-name'
  | 'too-long'
  | 'unusual-character'
  | 'case-collision';

/** The first name that is unsafe by itself, or that a case-insensitive disk cannot keep apart from an earlier one. */
export function firstNameFault(names: readonly string[]): { name: string; fault: NameFault } | undefined {
  const spellings = new Map<string, string>();
  for (const name of names) {
    const fault = nameFault(name);
    if (fault !== undefined) return { name, fault };
    // A folder counts as well: `Heads/a` and `heads/b` share one folder on Windows, and `a` cannot be beside `a/b`.
    const parts = name.split('/');
    for (let depth = 1; depth <= parts.length; depth++) {
      const path = parts.slice(0, depth).join('/');
      const spelling = depth === parts.length ? path : `${path}/`;
      const seen = spellings.get(path.toLowerCase());
      if (seen !== undefined && seen !== spelling) return { name, fault: 'case-collision' };
      spellings.set(path.toLowerCase(), spelling);
    }
  }
  return undefined;
}

/** The name field of a ustar header: a longer name would need an extended header. */
const NAME_BYTES_MAX = 100;
const SAFE = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;
/** Windows reserves these with any extension: `nul.onnx` is the null device. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\$|conout\$|clock\$)(?:\..*)?$/i;
