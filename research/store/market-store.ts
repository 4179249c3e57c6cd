import path from 'node:path';
import { Catalogue } from './catalogue.js';
import { FolderObjectStore } from './object-store.js';

/** A store in a folder. Opening one touches nothing; everything is made when it is first needed. */
export class MarketStore {
  readonly root: string;
  readonly objects: FolderObjectStore;
  readonly catalogue: Catalogue;
  readonly snapshotsFolder: string;
  readonly quarantineFolder: string;

  constructor(root: string) {
    this.root = path.resolve(root);
    this.objects = new FolderObjectStore(this.root);
    this.catalogue = new Catalogue(this.root);
    this.snapshotsFolder = path.join(this.root, 'snapshots');
    this.quarantineFolder = path.join(this.root, 'quarantine');
  }
}
