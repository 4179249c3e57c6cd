import { type KeyPlaces, privateKeysFolder } from '../../research/release/key-places.js';

/** Said whenever keys were made: what lies here in the open, and what whoever takes it can do. */
export function keysWarning(places: KeyPlaces, operator: string): string {
  return `${rootKeysWarning(places)}
WARNING: ${privateKeysFolder(places, 'operator')} holds the key of operator ${operator}; whoever has it can let a held ship go on`;
}

export function rootKeysWarning({ rootKeysFolder }: KeyPlaces): string {
  return `WARNING: move the private root keys in ${rootKeysFolder} to media kept offline, one each; whoever has them can replace every other key`;
}
