import type { BackupTier } from './manifest.js';

/** What a backup takes besides what it always does. */
export interface Choice {
  readonly tier: BackupTier;
  /** The store's objects: named by their content, and perhaps large. */
  readonly objects: boolean;
  /** Private root keys that still lie on this machine. */
  readonly rootKeys: boolean;
  /** Processes of this home run, so that what is no file of ours is open. */
  readonly isRunning: boolean;
}

const TIER_FOLDERS: Readonly<Record<Exclude<BackupTier, 'all'>, ReadonlySet<string>>> = {
  broker: new Set(['broker', 'watch']),
  research: new Set(['research', 'signer', 'receiver', 'operator', 'watch', 'offline-root-keys', 'temporal']),
  public: new Set(['public', 'watch']),
};

/** Places that are left out, each with its reason; the first that fits says it. Everything else of a home is taken. */
const LEFT_OUT: readonly {
  readonly at: RegExp;
  readonly reason: string;
  readonly unless?: (choice: Choice) => boolean;
}[] = [
  { at: /^(logs|run)$/, reason: 'of the processes that ran' },
  { at: /^gateway$/, reason: "the simulator's, which plays it again" },
  {
    at: /^(temporal|public\/page)$/,
    reason: 'a database that is open: stop the stack first',
    unless: (one) => !one.isRunning,
  },
  {
    at: /^offline-root-keys$/,
    reason: 'belongs on offline media; --root-keys takes it',
    unless: (one) => one.rootKeys,
  },
  { at: /^receiver\/(landing|work)$/, reason: 'the broker still has it, and sends it again' },
  { at: /^broker\/incoming$/, reason: 'is pulled again' },
  { at: /^broker\/seal\/work$/, reason: 'a batch that is being made, and is made again' },
  { at: /^research\/folds$/, reason: 'copies of objects of the bucket' },
  { at: /^research\/store\/drafts$/, reason: 'objects that are being written' },
  { at: /^research\/store\/objects$/, reason: 'named by content; --objects takes them', unless: (one) => one.objects },
];

/** Of one file or folder that only one moment needs: nothing is lost, and nothing is said. */
const PASSING = /(\.tmp|\.lock|\.sock)$/;

/** Whether it is taken; a reason where it is left out and somebody may miss it. */
export function choose(place: string, choice: Choice): { readonly taken: boolean; readonly reason?: string } {
  const top = place.split('/')[0]!;
  const isOfTier = choice.tier === 'all' || TIER_FOLDERS[choice.tier].has(top) || !place.includes('/');
  if (!isOfTier || PASSING.test(place)) return { taken: false };
  const rule = LEFT_OUT.find(({ at, unless }) => at.test(place) && unless?.(choice) !== true);
  return rule === undefined ? { taken: true } : { taken: false, reason: rule.reason };
}

/** A folder of another tier, at the top of a home. */
export function isOtherTier(folder: string, { tier }: Choice): boolean {
  return tier !== 'all' && !folder.includes('/') && !TIER_FOLDERS[tier].has(folder);
}

/**
 * Read in this order, so that what is read first is never ahead of what explains it: a head or a log names batches that are
 * read after it, a ledger releases, the account of what was posted the log.
 */
export const READ_FIRST = [
  ...['broker/pin.json', 'broker/seal', 'research/releases/ledger'],
  ...['receiver/heads', 'receiver/receipts', 'receiver/logs', 'public/posted.json'],
] as const;
