import type { GatewayCore } from '../gateway-core.js';
import type { Session } from '../session.js';
import type { RequestName, RequestOf } from '../wire/decode-request.js';

/** One handler for every request that can be decoded: a missing one does not compile. */
export type Handlers<Names extends RequestName = RequestName> = {
  [Name in Names]: (core: GatewayCore, session: Session, request: RequestOf<Name>) => void;
};
