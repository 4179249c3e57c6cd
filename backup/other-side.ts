import path from 'node:path';
import { homePlaces } from '../shared/config/home-places.js';

/** What remembers what a restored home has forgotten, as far as it can be reached from here. */
export interface OtherSide {
  readonly researchHome: string | null;
  readonly brokerHome: string | null;
  readonly published: string | null;
  readonly receipts: string | null;
  /** The operator says that nothing else is left. */
  readonly alone: boolean;
}

/** Folders in which releases were published or taken. */
export function publishedFolders({ researchHome, brokerHome, published }: OtherSide): string[] {
  const ofResearch = researchHome === null ? [] : [homePlaces(researchHome).research.published];
  const broker = brokerHome === null ? null : homePlaces(brokerHome).broker.folder;
  const ofBroker = broker === null ? [] : [path.join(broker, 'releases'), path.join(broker, 'incoming')];
  return [...(published === null ? [] : [published]), ...ofResearch, ...ofBroker];
}

/** Folders in which later roots of trust may lie. */
export function rootFolders(side: OtherSide): string[] {
  const { researchHome, brokerHome } = side;
  return [
    ...publishedFolders(side),
    ...(researchHome === null ? [] : [homePlaces(researchHome).research.trust]),
    ...(brokerHome === null ? [] : [homePlaces(brokerHome).broker.trust]),
  ];
}

/** Where research's receipts lie. */
export function receiptFolders({ researchHome, receipts }: OtherSide): string[] {
  return [
    ...(receipts === null ? [] : [receipts]),
    ...(researchHome === null ? [] : [homePlaces(researchHome).receiver.receipts]),
  ];
}
