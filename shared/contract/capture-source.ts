import { z } from 'zod';

/**
 * Who captures on the broker's machine: the bridge (`dom_ib`), the follower of Sierra Chart's own files (`sierra`), and the
 * study inside Sierra Chart (`t29`). Segments begin with the name of their source and lie in a folder of `broker/`; each
 * source is a stream, and a feed of the store, of its own.
 */
export const CAPTURE_SOURCES = {
  dom_ib: { folder: 'capture', feed: 'ib' },
  sierra: { folder: 'sierra', feed: 'sierra' },
  t29: { folder: 'sierra', feed: 't29' },
} as const;
export type CaptureSource = keyof typeof CAPTURE_SOURCES;

/** The bridge: what a source is where none is named. */
export const IB_SOURCE = 'dom_ib';

const NAMES = Object.keys(CAPTURE_SOURCES) as [CaptureSource, ...CaptureSource[]];
export const captureSource = z.enum(NAMES);
/** The bridge first: what trades hangs on it. */
export const SOURCE_NAMES: readonly CaptureSource[] = NAMES;
/** Besides the bridge. */
export const OTHER_SOURCES = NAMES.filter((source) => source !== IB_SOURCE);
/** Of a capture beside the bridge's. */
export function isSecondFeed(feed: string | undefined): boolean {
  return OTHER_SOURCES.some((source) => CAPTURE_SOURCES[source].feed === feed);
}

/** What a command may be told of `--feed`. */
export const CAPTURED_FEEDS = NAMES.map((source) => CAPTURE_SOURCES[source].feed);

/** Whose feed of the store it is; the bridge's for the feeds that other files have. */
export function sourceOfFeed(feed: string): CaptureSource {
  return NAMES.find((source) => CAPTURE_SOURCES[source].feed === feed) ?? IB_SOURCE;
}
