import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Failure } from '../../shared/failure.js';
import { makeFolder } from '../../shared/node/disk/make-folder.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import type { SigningKey } from '../../shared/trust/ed25519-key.js';
import type { TrustedRole } from '../../shared/trust/root.js';
import { type Checkpoint, openCheckpoint, signCheckpoint } from '../../shared/trust/tlog/checkpoint.js';
import {
  EMPTY_ROOT,
  HASH_BYTES,
  leafHash,
  proveConsistency,
  proveInclusion,
  rootHash,
  type SubtreeHash,
  sameBytes,
} from '../../shared/trust/tlog/merkle.js';
import { BadNote, NOTE_BYTES_MAX } from '../../shared/trust/tlog/signed-note.js';
import {
  bundled,
  entriesIn,
  entriesPath,
  hashesFromTiles,
  subtreeOf,
  TILE_WIDTH,
  type Tile,
  tileInTree,
  tilePath,
  tilesOfNewEntry,
} from '../../shared/trust/tlog/tiles.js';

const CHECKPOINT_FILE = 'checkpoint';

/**
 * An append-only log as a folder of static files (C2SP tlog-tiles): anyone who has the folder can prove, without us, that an entry
 * is in it, and that it only grew. What the checkpoint says is the log; what lies there besides was not finished, and the next
 * append writes it again. One process at a time.
 */
export class TileLog {
  private readonly checkpoint: Checkpoint;
  private signed: string | null = null;
  /** Its checkpoint is by a key that has been replaced since. */
  isByFormerKeys = false;

  /**
   * @param role whose keys have signed the checkpoint
   * @param formerRoles who had that role before: what they signed of our own folder is still ours
   * @throws LogDamaged where the checkpoint is not signed, or the tiles do not hash to it
   */
  constructor(
    private readonly folder: string,
    readonly origin: string,
    role: TrustedRole,
    formerRoles: readonly TrustedRole[] = [],
  ) {
    this.checkpoint = this.readCheckpoint(role, formerRoles);
    if (!sameBytes(rootHash(this.size, this.hashOf), this.checkpoint.root))
      throw new LogDamaged(folder, 'its tiles do not hash to its checkpoint');
  }

  get size(): number {
    return this.checkpoint.size;
  }

  /** What the signed checkpoint says of all entries together. */
  get root(): Uint8Array {
    return this.checkpoint.root;
  }

  /** The signed note of this size: what anyone compares with. @returns null before the first entry */
  note(): string | null {
    return this.signed;
  }

  entry(index: number): Uint8Array {
    const bundle = Math.floor(index / TILE_WIDTH);
    const entry = entriesIn(this.read(entriesPath(bundle, this.widthOf(bundle))))[index % TILE_WIDTH];
    if (entry === undefined) throw new LogDamaged(this.folder, `entry ${index} is missing`);
    return entry;
  }

  proveInclusion(index: number): Uint8Array[] {
    return proveInclusion(index, this.size, this.hashOf);
  }

  proveConsistency(oldSize: number): Uint8Array[] {
    return proveConsistency(oldSize, this.size, this.hashOf);
  }

  /** Appends durably: the tiles first, the checkpoint last. @returns the log as it is then */
  append(entry: Buffer, keys: readonly SigningKey[], role: TrustedRole): TileLog {
    const { size } = this;
    this.writeEntry(entry);
    let hash = leafHash(entry);
    for (const tile of tilesOfNewEntry(size)) {
      const bytes = Buffer.concat([this.tileBefore(tile), hash]);
      this.write(tilePath(tile), bytes);
      // Only a full tile is an entry of the level above.
      if (tile.width === TILE_WIDTH) hash = subtreeOf(bytes);
    }
    const root = rootHash(size + 1, this.hashesOf(size + 1));
    this.write(CHECKPOINT_FILE, signCheckpoint({ origin: this.origin, size: size + 1, root }, keys));
    this.forgetPartials(size + 1);
    return new TileLog(this.folder, this.origin, role);
  }

  /** The same log under a checkpoint by these keys. */
  signedAnew(keys: readonly SigningKey[], role: TrustedRole): TileLog {
    this.write(CHECKPOINT_FILE, signCheckpoint(this.checkpoint, keys));
    return new TileLog(this.folder, this.origin, role);
  }

  private readonly hashOf: SubtreeHash = (level, index) => this.hashesOf(this.size)(level, index);

  private hashesOf(size: number): SubtreeHash {
    return hashesFromTiles(size, (tile) => {
      const bytes = this.read(tilePath(tile));
      if (bytes.length === tile.width * HASH_BYTES) return bytes;
      throw new LogDamaged(this.folder, `${tilePath(tile)} has ${bytes.length} bytes`);
    });
  }

  private writeEntry(entry: Buffer): void {
    const bundle = Math.floor(this.size / TILE_WIDTH);
    const before = this.widthOf(bundle);
    const bytes = before === 0 ? Buffer.alloc(0) : this.read(entriesPath(bundle, before));
    this.write(entriesPath(bundle, before + 1), Buffer.concat([bytes, bundled(entry)]));
  }

  /** What a tile held before its last hash was added. */
  private tileBefore({ level, index, width }: Tile): Buffer {
    return width === 1 ? Buffer.alloc(0) : this.read(tilePath({ level, index, width: width - 1 }));
  }

  private widthOf(index: number): number {
    return tileInTree(0, index, this.size)?.width ?? 0;
  }

  /** Where a tile is full, its parts need not be kept. */
  private forgetPartials(size: number): void {
    for (const tile of tilesOfNewEntry(size - 1)) {
      if (tile.width < TILE_WIDTH) return;
      rmSync(this.at(`${tilePath(tile)}.p`), { recursive: true, force: true });
      if (tile.level === 0)
        rmSync(this.at(`${entriesPath(tile.index, TILE_WIDTH)}.p`), { recursive: true, force: true });
    }
  }

  private readCheckpoint(role: TrustedRole, formerRoles: readonly TrustedRole[]): Checkpoint {
    const file = this.at(CHECKPOINT_FILE);
    if (!existsSync(file)) return { origin: this.origin, size: 0, root: EMPTY_ROOT };
    const bytes = readFileSync(file);
    if (bytes.length > NOTE_BYTES_MAX) throw new LogDamaged(this.folder, 'its checkpoint is too long');
    const former = formerRoles.find((one) => isSignedBy(bytes, this.origin, one));
    this.isByFormerKeys = former !== undefined && !isSignedBy(bytes, this.origin, role);
    const checkpoint = openCheckpoint(bytes, this.origin, this.isByFormerKeys ? former! : role);
    this.signed = bytes.toString('utf8');
    return checkpoint;
  }

  private read(name: string): Buffer {
    try {
      return readFileSync(this.at(name));
    } catch (error) {
      throw new LogDamaged(this.folder, `${name} cannot be read: ${(error as Error).message}`);
    }
  }

  private write(name: string, bytes: Buffer | string): void {
    makeFolder(path.dirname(this.at(name)));
    replaceFile(this.at(name), bytes);
  }

  private at(name: string): string {
    return path.join(this.folder, ...name.split('/'));
  }
}

function isSignedBy(bytes: Buffer, origin: string, role: TrustedRole): boolean {
  try {
    openCheckpoint(bytes, origin, role);
    return true;
  } catch (error) {
    if (error instanceof BadNote) return false;
    throw error;
  }
}

/** What is signed and what lies beside it are not the same log. */
export class LogDamaged extends Failure {
  constructor(folder: string, why: string) {
    super(
      'LogDamaged',
      `the log in ${folder} cannot be used: ${why}`,
      'restore the folder from a backup; the broker still has what was not acknowledged',
      { folder },
    );
  }
}
