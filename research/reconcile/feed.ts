import type { EventBatch } from '../../shared/market/events/event-batch.js';

/** One capture of a contract's trade date, as it is asked for. */
export interface Feed {
  /** As the store knows it: `ib`, `sierra`, ... */
  readonly name: string;
  /** Generated data. */
  readonly synthetic: boolean;
  /**
   * The events from the first on, in order of their stamps. It is called twice: the clocks must be known before books can be
   * compared, and a day of depth is too much to be kept. A batch is valid until the next one is asked for.
   */
  batches(): AsyncIterable<EventBatch>;
}
