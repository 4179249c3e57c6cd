import type { Config } from '../../shared/config/config.js';
import { Failure } from '../../shared/failure.js';

/** Paper accounts of IB start with D. The mode is paper unless the live account is spelled out. @throws Failure AccountRefused */
export function requireAccountOfMode({ mode, account, liveAccount }: Config['gateway']): void {
  if (mode === 'paper' && !account.startsWith('D'))
    throw new Failure(
      'AccountRefused',
      `gateway.mode is paper, but ${account} is no paper account`,
      'name the paper account, or set gateway.mode to live and spell the account out in gateway.liveAccount',
    );
  if (mode === 'live' && liveAccount !== account)
    throw new Failure(
      'AccountRefused',
      `gateway.mode is live, but gateway.liveAccount does not spell out ${account}`,
      'write the account id a second time in gateway.liveAccount',
    );
}
