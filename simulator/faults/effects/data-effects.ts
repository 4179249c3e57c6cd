import { DATA_STREAMS, type DataStream, type Feed } from '../../feed.js';
import type { Session } from '../../session.js';
import type { Effects } from '../fault-scene.js';
import { noticeText } from '../notice-texts.js';

export const dataEffects: Effects<
  | 'depthReset'
  | 'depthHalt'
  | 'refuseDepth'
  | 'silence'
  | 'unsilence'
  | 'oddDepth'
  | 'oddTrade'
  | 'oddQuote'
  | 'positionsLate'
  | 'oddPosition'
> = {
  depthReset(_scene, _action, struck) {
    for (const session of struck) session.restartDepth();
  },
  depthHalt(_scene, _action, struck) {
    for (const session of struck) haltDepth(session);
  },
  refuseDepth(scene, { code, text = noticeText(code), times }) {
    for (let i = 0; i < times; i++) scene.scripted.depthRefusals.push({ code, text });
  },
  silence(scene, { stream, forMs, persists }, struck) {
    const streams = streamsOf(stream);
    for (const session of struck) {
      for (const feed of feedsOf(session)) for (const each of streams) feed.silent.add(each);
      if (persists) for (const each of streams) session.silent.add(each);
    }
    if (forMs === undefined) return;
    scene.later(forMs, () => {
      for (const session of struck) if (session.isOpen) unsilence(session, streams, true);
    });
  },
  unsilence(_scene, { stream, resets }, struck) {
    for (const session of struck) unsilence(session, streamsOf(stream), resets);
  },
  oddDepth(_scene, { kind, times }, struck) {
    for (const feed of struck.flatMap(feedsOf)) feed.oddDepths.push(...Array<typeof kind>(times).fill(kind));
  },
  oddTrade(_scene, { kind, times }, struck) {
    for (const feed of struck.flatMap(feedsOf)) feed.oddTrades.push(...Array<typeof kind>(times).fill(kind));
  },
  oddQuote(_scene, { kind, times }, struck) {
    for (const feed of struck.flatMap(feedsOf)) feed.oddQuotes.push(...Array<typeof kind>(times).fill(kind));
  },
  positionsLate: (scene, { ms, times }) => void scene.scripted.latePositionsMs.push(...Array<number>(times).fill(ms)),
  oddPosition: (scene, { kind, times }) =>
    void scene.scripted.oddPositions.push(...Array<typeof kind>(times).fill(kind)),
};

const streamsOf = (stream: DataStream | 'all'): readonly DataStream[] => (stream === 'all' ? DATA_STREAMS : [stream]);

const feedsOf = (session: Session): Feed[] => [...session.subscriptions.values()].flatMap(({ feed }) => feed ?? []);

function unsilence(session: Session, streams: readonly DataStream[], resets: boolean): void {
  for (const stream of streams) session.silent.delete(stream);
  for (const { feed, depth } of session.subscriptions.values()) {
    const wasSilent = feed?.silent.has('depth');
    for (const stream of streams) feed?.silent.delete(stream);
    if (resets && wasSilent && !feed?.silent.has('depth')) depth?.restart();
  }
}

function haltDepth(session: Session): void {
  for (const [reqId, { kind }] of session.subscriptions) {
    if (kind !== 'depth') continue;
    session.unsubscribe(reqId, 'depth');
    session.error(reqId, 316, 'Market depth data has been HALTED. Please re-subscribe.');
  }
}
