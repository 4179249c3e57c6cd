import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createFile } from '../../shared/node/disk/create-file.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';

/**
 * The small files of a store: records of imports, snapshots, days, what is doubtful. They are read where they lie, in the
 * store's folder; they are written by this, so that everybody who shares the store has them. Names are relative to the store, with /.
 */
export interface StoreDocuments {
  /** Creates one whole, durably. @returns false where there is one of that name: that one is there to be read then */
  create(name: string, text: string): Promise<boolean>;
  /** Puts one in the place of what was there. */
  replace(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** What others have written until now is there to be read. @returns how many documents of theirs came */
  refresh(): Promise<number>;
  /** A file that lies in the store's folder already becomes everybody's. */
  publish(name: string): Promise<void>;
  /** Makes one that is kept elsewhere readable in the store's folder, where there is one. */
  obtain(name: string): Promise<void>;
}

/** Of a store that is a folder and nothing more. */
export class FolderDocuments implements StoreDocuments {
  constructor(private readonly root: string) {}

  async create(name: string, text: string): Promise<boolean> {
    return createFile(this.file(name), text);
  }

  async replace(name: string, text: string): Promise<void> {
    replaceFile(this.file(name), text);
  }

  async remove(name: string): Promise<void> {
    rmSync(this.file(name), { force: true });
  }

  async publish(name: string): Promise<void> {
    if (!existsSync(this.file(name))) throw new RangeError(`${name} is not in the store`);
  }

  async refresh(): Promise<number> {
    return 0;
  }

  async obtain(): Promise<void> {}

  private file(name: string): string {
    return path.join(this.root, ...name.split('/'));
  }
}
