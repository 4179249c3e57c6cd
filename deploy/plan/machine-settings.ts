import type { DeployFile, DeployHost } from './deploy-file.js';
import { gatewayPort } from './settings.js';

/** chrony: the clock is set at once only when it starts; in a session it is slewed, so that no time comes twice. */
export function chronyConf({ timeServers }: DeployFile): string {
  return [
    '# believe: captures of two machines are compared by their clocks, and releases expire by them',
    ...timeServers.map((server) => `server ${server} iburst maxpoll 8`),
    'minsources 2',
    '',
  ].join('\n');
}

/** How long the journal of systemd is kept: it holds what the services said. */
export function journaldConf({ logDays }: DeployHost): string {
  return [
    '[Journal]',
    'Storage=persistent',
    `MaxRetentionSec=${logDays}day`,
    'SystemMaxUse=4G',
    'SystemKeepFree=2G',
    '',
  ].join('\n');
}

/** The one log that is a file; what the services say is in the journal, and what has to be kept (*.jsonl of a home) is no log. */
export function logrotateConf({ logDays }: DeployHost): string {
  return [
    '/var/log/believe-rsyncd/rsyncd.log {',
    '  su believe-rsyncd believe-rsyncd',
    '  daily',
    `  rotate ${logDays}`,
    '  maxsize 100M',
    '  compress',
    '  delaycompress',
    '  missingok',
    '  notifempty',
    '  copytruncate',
    '}',
    '',
  ].join('\n');
}

/** Lines of IBC's settings that a person writes on the host, and that no plan has. */
export const IBC_OWN_LINES = ['IbLoginId', 'IbPassword'];

/** Settings of IBC: logs IB Gateway in, restarts it daily without a second factor, and anew on Sundays with one. */
export function ibcSettings(gateway: NonNullable<DeployHost['gateway']>): string {
  return [
    '# believe: the two lines below are filled in on this machine, by a person; everything else is of the plan',
    'IbLoginId=',
    'IbPassword=',
    `TradingMode=${gateway.mode}`,
    '# the bridge is the one client of the API, on this machine',
    `OverrideTwsApiPort=${gatewayPort(gateway)}`,
    'TrustedTwsApiClientIPs=',
    'AcceptIncomingConnectionAction=reject',
    'ReadOnlyApi=no',
    'ReadOnlyLogin=no',
    '# this session is the one that trades: another login does not take it away',
    'ExistingSessionDetectedAction=primary',
    'AcceptNonBrokerageAccountWarning=yes',
    '# the daily restart keeps the login; on Sundays a full login, at a time when somebody has the second factor at hand',
    `AutoRestartTime=${twelveHours(gateway.restartAt)}`,
    `ColdRestartTime=${gateway.loginAt}`,
    'AutoLogoffTime=',
    'ClosedownAt=',
    '# a second factor that nobody answers is asked for again, until somebody does',
    'ReloginAfterSecondFactorAuthenticationTimeout=yes',
    'SecondFactorAuthenticationTimeout=180',
    'SecondFactorAuthenticationExitInterval=60',
    '# nobody sits before it: no dialog may wait',
    'AllowBlindTrading=no',
    'ConfirmOrderIdReset=reject',
    'ResetOrderIdsAtStart=no',
    'DismissPasswordExpiryWarning=no',
    'StoreSettingsOnServer=no',
    'MinimizeMainWindow=yes',
    'CommandServerPort=0',
    'LogStructureScope=known',
    'LogStructureWhen=never',
    '',
  ].join('\n');
}

/** As IBC writes times of the gateway: midnight is 12:00 AM. */
function twelveHours(time: string): string {
  const [hour, minute] = time.split(':') as [string, string];
  const of12 = Number(hour) % 12 === 0 ? 12 : Number(hour) % 12;
  return `${String(of12).padStart(2, '0')}:${minute} ${Number(hour) < 12 ? 'AM' : 'PM'}`;
}
