import path from 'node:path';
import { Catalogue } from './catalogue.js';
import { FolderDocuments, type StoreDocuments } from './documents.js';
import { FolderObjectStore, type ObjectStore } from './object-store.js';

/** What else than the folder a store is made of. */
export interface StoreParts {
  readonly objects: ObjectStore;
  readonly documents: StoreDocuments;
  /** Of a shared store: which bucket it is, in words; and since when that could not be asked, ms since the epoch. */
  readonly shared?: { readonly bucket: string; readonly asOfMs: number | null };
}

/**
 * A store in a folder; of one that is shared in a bucket, the folder holds the copies that are read (open-store.ts opens it). Opening
 * touches nothing; everything is made when it is first needed.
 */
export class MarketStore {
  readonly root: string;
  readonly objects: ObjectStore;
  readonly documents: StoreDocuments;
  readonly shared: StoreParts['shared'];
  readonly catalogue: Catalogue;
  readonly snapshotsFolder: string;
  readonly quarantineFolder: string;

  constructor(root: string, parts?: StoreParts) {
    this.root = path.resolve(root);
    this.objects = parts?.objects ?? new FolderObjectStore(this.root);
    this.documents = parts?.documents ?? new FolderDocuments(this.root);
    this.shared = parts?.shared;
    this.catalogue = new Catalogue(this.root, this.documents);
    this.snapshotsFolder = path.join(this.root, 'snapshots');
    this.quarantineFolder = path.join(this.root, 'quarantine');
  }
}
