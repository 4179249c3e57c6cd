import type { Format, Stamp } from './format.js';
import { FORMAT_NAMES, FORMATS } from './formats.js';

/** docs/formats.md: the list of formats, so that the document cannot differ from it. */
export function renderFormatDocs(): string {
  const rows = FORMAT_NAMES.map((name) => row([name, ...cellsOf(FORMATS[name])]));
  const head = [row(['format', 'where, from the home', 'what it says its version by', 'read by']), '|---|---|---|---|'];
  return `${INTRODUCTION}\n${[...head, ...rows].join('\n')}\n`;
}

function cellsOf({ at, holds, version, readBy }: Format): string[] {
  const where = at.length === 0 ? 'outside of a home' : at.map((place) => `\`${place}\``).join(', ');
  return [`${where}: ${holds}`, typeof version === 'string' ? version : stampText(version), `\`${readBy}\``];
}

function stampText({ field, newest, reads, in: where, mayBeAbsent, refusedBy }: Stamp): string {
  const others = reads.length === 1 ? '' : `, reads ${reads.join(' and ')}`;
  const absent = mayBeAbsent ? '; none is 1' : '';
  const whose = where === 'document' ? '' : ` in ${where === 'first line' ? 'the first line' : 'each line'}`;
  return `\`${field}\` ${newest}${others}${whose}${absent}; refused by the ${refusedBy}`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

const INTRODUCTION = `<!-- Generated: node scripts/generate-formats.mjs -->
# Formats and upgrades

Yesterday's home opens today. Every kind of file that the product writes is in the list below (\`shared/formats/\`), with what says how it
is to be read. A test takes the home of a whole set-up and refuses a file of a kind that is not listed, or without the version that
is.

## Upgrade a machine

1. Make a backup: \`believe backup create\` ([backup.md](backup.md)). It is the way back.
2. Stop what runs on the home.
3. Install the new build; \`believe migrate --check\` says what of the home is older, \`believe migrate\` writes anew what has to be.
4. Start. Where tiers are on machines of their own, the changelog says which comes first, if that counts. What a newer broker sends and an older receiver
   does not know, it sets aside; it is taken after the upgrade (\`believe path quarantine\`).

To go back: stop, restore the backup with the older build, settle ([backup.md](backup.md)). A home that a newer build has written is not opened
by an older one, and never in part: no process starts on it, no command works on it, nothing is written.

## A file from the future

\`\`\`
believe: .believe/broker/pin.json is of version 2 (broker pin: the newest release that was verified; never goes down), and this build reads up to 1
  -> start the newer build that wrote it; to go back to this one, restore the backup from before the upgrade: docs/formats.md
\`\`\`

*Refused by the start*: before any process or command reads its settings, it looks at the version of each such file of the home (5 ms for
the default set-up's), and refuses (\`FormatTooNew\`). *Refused by the reader*: of these there may be a hundred thousand, and whoever opens one
looks. What is signed is refused by its type, as any other statement that this build does not know: [release.md](release.md), [data-path.md](data-path.md).
Of a file in a log that only grows, the first and the last line are looked at: what was written later stands behind.

Some files are looked at while another build may write them: the bridge's status, a watcher's, a follower's. Whoever reads one that says
another version takes it for none, and tells that it is missing.

## believe migrate

\`believe migrate [--home H] [--check] [--json]\` lists what of a home is of an older version, and writes anew what has to be. Today that is little: settings, market
clock and capture position had no version, and get one; nothing else in them changes. Entries of ledger, lane and trials that say
no version stay as they are, because such a log only grows, and every build reads them. So a home is opened without it, too.

Each file is written whole or not at all, by temp, fsync and rename; as it was, it stays in \`migrated/\` of the home, named by its content. Killed at any moment,
it is run again and ends the same. It refuses while processes of the home run (\`run/\`, and the locks of bridge, sealer, follower, receiver and
signer), and a home that a newer build has written. Exit codes: 0 nothing to do, or done; 1 with \`--check\` where there is something, or
refused; 2 used wrongly.

A new version of a format is a line of \`MIGRATION_STEPS\` (\`cli/migrate/steps.ts\`), or a reader that takes both: see CONTRIBUTING.md.

## Yesterday's homes

\`test/formats/homes/\` has homes that earlier builds of this repository made. Each is opened by every build: releases, pin, audit, store, backup with
its proofs, and a bridge that goes on.

| home of | what has changed since | today |
|---|---|---|
| 2026-11-23 | gate report and scored folds 1, ensemble 1, no product in a release, ships' folders without \`~\`, the research worker signs with a key in \`research/keys/\`, settings that are no more | opens; its release is listed, verified and audited, but **not loaded**: it does not say which product it was trained for (\`other-product\`). The bridge starts without a model and says \`ReleaseNotRestored\`: ship anew; the counter goes on |
| 2026-11-29 | gate report and scored folds 1, ensemble 1, no journals on their way to research, no public log | opens; its release trades on; a new ship gets the next counter |
| 2026-11-30 | no roll, no bucket, settings, clock and capture position without a version | as above |

What does not go on: a ship that was under way under the gate of an earlier version is refused by the signer (\`EvidenceRefused\`), and started anew; samples
of an earlier version are built again.

## The list
`;
