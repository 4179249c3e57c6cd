import { ProtocolViolation } from './frame.js';

/** First four bytes of every connection. */
export const PREFIX = Buffer.from('API\0');

/** Oldest dialect spoken here: below it several messages carry version fields that are not written any more. */
export const SERVER_VERSION_MIN = 157;
/** Newest dialect by default: from 201 on, IB's own clients switch to protobuf. */
export const SERVER_VERSION_MAX_DEFAULT = 178;
/** Newest dialect that the encoders know. */
export const SERVER_VERSION_MAX = 193;

/**
 * The version both sides speak, from the client's `vMIN..MAX[ options]` or `vN[ options]`.
 * @throws ProtocolViolation when there is none, or the text is no such announcement
 */
export function negotiateVersion(announcement: string, serverMax: number): number {
  const match = /^v(\d{1,6})(?:\.\.(\d{1,6}))?(?: .*)?$/s.exec(announcement);
  if (!match) throw new ProtocolViolation(`'${announcement.slice(0, 40)}' does not announce a version`);
  const clientMin = Number(match[1]);
  const clientMax = match[2] === undefined ? clientMin : Number(match[2]);
  const version = Math.min(clientMax, serverMax);
  if (version < clientMin || version < SERVER_VERSION_MIN)
    throw new ProtocolViolation(
      `the client speaks ${clientMin} to ${clientMax}, this gateway ${SERVER_VERSION_MIN} to ${serverMax}`,
    );
  return version;
}
