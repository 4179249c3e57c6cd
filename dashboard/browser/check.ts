import { ageText } from '../../shared/fields/age-text.js';
import type { Checkpoint } from '../../shared/trust/tlog/checkpoint-text.js';
import { isIncluded, leafHash, proveInclusion, rootHash, sameBytes } from '../../shared/trust/tlog/merkle.js';
import { base64Of } from '../../shared/trust/tlog/note-text.js';
import { checkEverything, fetchBundles } from '../check/check-everything.js';
import { FetchedTree } from '../check/fetched-tree.js';
import { openPost } from '../check/open-post.js';
import { openWebCheckpoint } from '../check/open-web-checkpoint.js';
import { requireGrown, type SeenCheckpoint } from '../check/require-grown.js';
import { webKey } from '../check/web-key.js';

/**
 * The visitor's own check, in the visitor's browser: the snapshot's signature, that the page shows what it says, that each shown entry
 * is in the log, and that the log only grew since this browser saw it last.
 */
const REMEMBERED = 'believe-checkpoint';
const { origin, keys: keyTexts, sequence } = document.body.dataset as Record<string, string>;
const at = (id: string) => document.getElementById(id)!;

async function read(path: string): Promise<Uint8Array> {
  const response = await fetch(`/${path}`);
  if (!response.ok) throw new Error(`${path} is not there (${response.status})`);
  return new Uint8Array(await response.arrayBuffer());
}

async function check(): Promise<string[]> {
  const said: string[] = [];
  const keys = await Promise.all((JSON.parse(keyTexts!) as string[]).map(webKey));
  if (Number(sequence) > 0) {
    const { payload } = await openPost(await read('api/state.json'), keys);
    const shown = [...document.querySelectorAll<HTMLElement>('[data-state]')];
    if ((payload as { sequence: number }).sequence === Number(sequence))
      for (const { dataset } of shown) {
        const value = dataset
          .state!.split('.')
          .reduce((part: unknown, name) => (part as Record<string, unknown>)?.[name], payload);
        if (String(value ?? '') !== dataset.raw)
          throw new Error(`${dataset.state} is shown as ${dataset.raw}, and signed as ${value}`);
      }
    said.push('the snapshot is signed');
  }
  const checkpoint = await openWebCheckpoint(await read('checkpoint'), origin!, keys);
  const tree = new FetchedTree(checkpoint.size, read);
  const root = await tree.compute((hashOf) => rootHash(checkpoint.size, hashOf));
  if (!sameBytes(root, checkpoint.root)) throw new Error('the log does not hash to its signed checkpoint');
  const rows = [...document.querySelectorAll<HTMLElement>('[data-entry]')];
  for (const { dataset } of rows) {
    const index = Number(dataset.index);
    // The page may be older than the checkpoint, and never newer.
    const proof = await tree.compute((hashOf) => proveInclusion(index, checkpoint.size, hashOf));
    const leaf = leafHash(new TextEncoder().encode(dataset.entry));
    if (!isIncluded(leaf, index, checkpoint.size, checkpoint.root, proof))
      throw new Error(`what is shown as entry ${index} is not in the signed log`);
  }
  said.push(`all ${rows.length} entries shown are in the signed log of ${checkpoint.size}`);
  said.push(await compareWithLastTime(tree, checkpoint));
  return said;
}

async function compareWithLastTime(tree: FetchedTree, checkpoint: Checkpoint): Promise<string> {
  const { size, root } = checkpoint;
  const before = JSON.parse(localStorage.getItem(REMEMBERED) ?? 'null') as SeenCheckpoint | null;
  const remember = () => localStorage.setItem(REMEMBERED, JSON.stringify({ size, root: base64Of(root) }));
  if (before === null || before.size === 0) {
    remember();
    return 'this browser remembers it from now on';
  }
  await requireGrown(before, tree, checkpoint, 'this browser has');
  remember();
  return `and it only grew since this browser saw ${before.size}`;
}

function shout(error: unknown): void {
  const shouted = at('shout');
  shouted.hidden = false;
  shouted.textContent = `DO NOT TRUST THIS PAGE: ${(error as Error).message}`;
  at('checks').textContent = 'Your browser has checked this page, and it is wrong.';
  at('checks').className = 'bad';
}

function tellAges(): void {
  for (const element of document.querySelectorAll<HTMLElement>('[data-age]')) {
    const { age, limit } = element.dataset;
    if (!age) continue;
    const ms = Date.now() - Date.parse(age);
    element.textContent = `${ageText(ms)} ago`;
    element.classList.toggle('old', !!limit && ms > Number(limit) * 1000);
  }
}

/** A newer page, or the same one whose state has become old. */
async function renew(): Promise<void> {
  try {
    const text = await (await fetch('/', { headers: { accept: 'text/html' } })).text();
    const told = /data-sequence="(\d+)"/.exec(text)?.[1];
    const standing = /id="standing">([^<]+)</.exec(text)?.[1];
    if (told !== sequence || standing !== at('standing').textContent) location.reload();
  } catch {
    at('standing').textContent = 'Not reachable';
    at('standing').className = 'stale';
    at('sentence').textContent = 'This page cannot be reached any more: what it shows is old.';
  }
}

async function everything(): Promise<void> {
  const tell = (text: string) => {
    at('allSaid').textContent = text;
  };
  tell('fetching...');
  try {
    const keys = await Promise.all((JSON.parse(keyTexts!) as string[]).map(webKey));
    const checkpoint = await openWebCheckpoint(await read('checkpoint'), origin!, keys);
    const started = performance.now();
    const bundles = await fetchBundles(checkpoint.size, read, (done) => tell(`${done} of ${checkpoint.size} fetched`));
    const fetched = performance.now();
    const found = checkEverything(checkpoint, bundles, Date.now());
    const [fetchSeconds, checkSeconds] = [(fetched - started) / 1000, (performance.now() - fetched) / 1000];
    tell(
      `${found.entries} entries hash to the signed checkpoint; ${found.fills} fills, each the one that was sealed; ${found.sealed} still sealed, ${found.overdue} of them overdue; fetched in ${fetchSeconds.toFixed(2)} s, checked in ${checkSeconds.toFixed(2)} s`,
    );
    if (found.overdue > 0) throw new Error(`${found.overdue} fills were sealed and not opened in time`);
  } catch (error) {
    shout(error);
  }
}

if (at('shout').hidden)
  check().then((said) => {
    at('checks').textContent = `Checked by your browser: ${said.join('; ')}.`;
    at('checks').className = 'well';
  }, shout);
at('all').hidden = false;
at('all').addEventListener('click', () => void everything());
setInterval(tellAges, 1000);
setInterval(() => void renew(), 15_000);
