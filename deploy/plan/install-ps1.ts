import { type DeployFile, type DeployHost, homeOf } from './deploy-file.js';
import { peersOf } from './flows.js';
import type { FolderNeed } from './host-needs.js';
import {
  GATEWAY_FOLDER,
  GATEWAY_USER,
  type WindowsNeeds,
  type WindowsRule,
  windowsLines,
  windowsServiceFolder,
} from './windows-host.js';

/** The installation of a Windows host, as a script for the PowerShell that Windows has (5.1); may be run again at any time. */
export function installPs1(file: DeployFile, host: DeployHost, needs: WindowsNeeds): string {
  const blocks = [
    head(host),
    copying(needs),
    services(host, needs),
    folders(needs),
    ...(peersOf(file, host).length > 0 ? [tunnel(file, host)] : []),
    firewall(needs),
    defender(needs),
    clockAndPower(file, host),
    ...(host.gateway?.ibc === undefined ? [] : [gateway(host, needs)]),
    starting(file, host, needs),
  ];
  return windowsLines(`${blocks.join('\n\n')}\n`);
}

const head = ({
  name,
}: DeployHost): string => `# Installs what ${name} needs. As administrator; may be run again at any time, and must be after keys were brought.
#   powershell -ExecutionPolicy Bypass -File install.ps1           files, services, rights, settings; starts nothing
#   powershell -ExecutionPolicy Bypass -File install.ps1 -Start    and starts what is not running
#Requires -RunAsAdministrator
param([switch]$Start)
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
Set-Location -LiteralPath $PSScriptRoot
function Step([string]$Text) { Write-Output "== $Text" }
# A program of Windows that fails ends the installation.
function Must([scriptblock]$Command) {
  & $Command
  if ($LASTEXITCODE -ne 0) { throw "failed with $($LASTEXITCODE): $Command" }
}`;

function copying({ files }: WindowsNeeds): string {
  return [
    "Step 'files'",
    'function Put([string]$From, [string]$To, [bool]$Keep) {',
    '  New-Item -ItemType Directory -Force -Path (Split-Path -Parent $To) | Out-Null',
    '  if ($Keep -and (Test-Path -LiteralPath $To)) { return }',
    '  Copy-Item -LiteralPath $From -Destination "$To.new" -Force',
    '  Move-Item -LiteralPath "$To.new" -Destination $To -Force',
    '}',
    ...files.map(({ path, ownLines }) => `Put ${literal(planned(path))} ${literal(path)} $${ownLines !== undefined}`),
  ].join('\n');
}

const planned = (path: string): string => `root\\${path.replace(':', '')}`;

function services(host: DeployHost, needs: WindowsNeeds): string {
  const folder = windowsServiceFolder(host);
  const lines =
    host.serviceHost.kind === 'nssm'
      ? [`Must { & cmd.exe /d /c ${literal(`${folder}\\install-services.cmd`)} }`]
      : winsw(host, needs);
  return ["Step 'services'", `Must { & reg.exe import ${literal(`${folder}\\settings.reg`)} }`, ...lines].join('\n');
}

function winsw(host: DeployHost, { services: all }: WindowsNeeds): string[] {
  const folder = windowsServiceFolder(host);
  const program = host.serviceHost.program ?? `${folder}\\WinSW.exe`;
  return all.flatMap(({ name, user }) => [
    `Copy-Item -LiteralPath ${literal(program)} -Destination ${literal(`${folder}\\${name}.exe`)} -Force`,
    `if (-not (Get-Service -Name '${name}' -ErrorAction SilentlyContinue)) { Must { & ${literal(`${folder}\\${name}.exe`)} install } }`,
    `Must { & sc.exe config '${name}' obj= ${literal(user)} }`,
    `Must { & sc.exe sidtype '${name}' unrestricted }`,
  ]);
}

/** After the services: their identities are known to Windows only then. */
function folders({ folders: all }: WindowsNeeds): string {
  const lines = all.filter(({ path }) => path !== GATEWAY_FOLDER).flatMap(folderLines);
  return ["Step 'folders and rights'", ...lines].join('\n');
}

function folderLines({ path, rights }: FolderNeed): string[] {
  const grants = rights.map(({ who, right, inherits }) => literal(`${who}:${inherits ? '(OI)(CI)' : ''}${right}`));
  return [
    `New-Item -ItemType Directory -Force -Path ${literal(path)} | Out-Null`,
    // Inherited rights are taken away, and each that is given replaces what the same one had.
    `Must { & icacls.exe ${literal(path)} /inheritance:r /grant:r ${grants.join(' ')} /q }`,
  ];
}

function tunnel({ tunnel: { interface: name } }: DeployFile, host: DeployHost): string {
  const at = (ending: string) => literal(`${homeOf(host)}\\tunnel\\${name}.${ending}`);
  return [
    "Step 'tunnel'",
    "$WireGuard = Join-Path $env:ProgramFiles 'WireGuard'",
    `if (-not (Test-Path -LiteralPath ${at('key')})) {`,
    `  Set-Content -LiteralPath ${at('key')} -Value (& (Join-Path $WireGuard 'wg.exe') genkey) -Encoding ASCII`,
    '}',
    `$Key = (Get-Content -LiteralPath ${at('key')} -TotalCount 1).Trim()`,
    "Write-Output ('   publicKey of this host, for deploy.json: ' + ($Key | & (Join-Path $WireGuard 'wg.exe') pubkey))",
    `$Lines = @(Get-Content -LiteralPath ${at('template')})`,
    '$Conf = @($Lines[0], "PrivateKey = $Key") + @($Lines | Select-Object -Skip 1)',
    `Set-Content -LiteralPath ${at('conf')} -Value $Conf -Encoding ASCII`,
  ].join('\n');
}

function firewall({ firewall: rules }: WindowsNeeds): string {
  const lines = rules.flatMap((rule) => [
    `# ${rule.why}`,
    `Remove-NetFirewallRule -DisplayName ${literal(rule.name)} -ErrorAction SilentlyContinue`,
    `New-NetFirewallRule -DisplayName ${literal(rule.name)} -Direction Inbound -Action ${rule.action}${conditions(rule)} | Out-Null`,
  ]);
  return [
    "Step 'firewall'",
    'Set-NetFirewallProfile -All -Enabled True -DefaultInboundAction Block',
    "# Windows' own rules for remote desktop let in whoever calls",
    "Disable-NetFirewallRule -DisplayGroup 'Remote Desktop' -ErrorAction SilentlyContinue",
    ...lines,
  ].join('\n');
}

function conditions({ protocol, localPort, localAddress, remoteAddresses }: WindowsRule): string {
  return [
    ` -Protocol ${protocol}`,
    ...(localPort === null ? [] : [`-LocalPort ${localPort}`]),
    ...(localAddress === null ? [] : [`-LocalAddress ${localAddress}`]),
    ...(remoteAddresses.length === 0 ? [] : [`-RemoteAddress ${remoteAddresses.map(literal).join(',')}`]),
  ].join(' ');
}

function defender({ unscanned }: WindowsNeeds): string {
  return [
    "Step 'Windows Defender'",
    '# Programs are watched as before: only what our processes write all day is left out.',
    ...unscanned.flatMap(({ path, why }) => [`# ${why}`, `Add-MpPreference -ExclusionPath ${literal(path)}`]),
    '# Full scans on Saturdays at noon, never instead of one that was missed while the market is open, and not at full speed',
    'Set-MpPreference -ScanParameters FullScan -ScanScheduleDay Saturday -ScanScheduleTime 12:00:00',
    'Set-MpPreference -DisableCatchupFullScan $true -DisableCatchupQuickScan $true -ScanAvgCPULoadFactor 20',
  ].join('\n');
}

function clockAndPower({ timeServers }: DeployFile, _host: DeployHost): string {
  const peers = timeServers.map((server) => `${server},0x8`).join(' ');
  return [
    "Step 'clock and power'",
    'Must { & sc.exe config W32Time start= auto }',
    'Start-Service -Name W32Time',
    `Must { & w32tm.exe /config ${literal(`/manualpeerlist:${peers}`)} /syncfromflags:manual /update }`,
    '# A machine that sleeps does not trade',
    ...['standby', 'hibernate', 'disk', 'monitor'].map(
      (what) => `Must { & powercfg.exe /change ${what}-timeout-ac 0 }`,
    ),
    'Must { & powercfg.exe /hibernate off }',
    'Must { & powercfg.exe /setactive SCHEME_MIN }',
  ].join('\n');
}

function gateway({ gateway: asked }: DeployHost, { folders: all }: WindowsNeeds): string {
  const own = all.filter(({ path }) => path === GATEWAY_FOLDER).flatMap(folderLines);
  return [
    "Step 'IB Gateway'",
    `if (-not (Get-LocalUser -Name '${GATEWAY_USER}' -ErrorAction SilentlyContinue)) {`,
    `  Write-Output '   make the user ${GATEWAY_USER} first (CHECKLIST.md, "The gateway"), then run this again'`,
    '} else {',
    ...own.map((line) => `  ${line}`),
    `  # ${asked!.ibc}: at the logon of its user, because it has windows`,
    `  $Action = New-ScheduledTaskAction -Execute 'cmd.exe' -Argument '/d /c "${GATEWAY_FOLDER}\\start-gateway.cmd"'`,
    `  $Trigger = New-ScheduledTaskTrigger -AtLogOn -User '${GATEWAY_USER}'`,
    '  $Settings = New-ScheduledTaskSettingsSet -ExecutionTimeLimit ([TimeSpan]::Zero) -RestartCount 999 -RestartInterval (New-TimeSpan -Minutes 1)',
    `  $Principal = New-ScheduledTaskPrincipal -UserId '${GATEWAY_USER}' -LogonType Interactive -RunLevel Limited`,
    "  Register-ScheduledTask -TaskName 'believe-gateway' -Action $Action -Trigger $Trigger -Settings $Settings -Principal $Principal -Force | Out-Null",
    '}',
  ].join('\n');
}

function starting(
  { tunnel: { interface: name } }: DeployFile,
  host: DeployHost,
  { services: all }: WindowsNeeds,
): string {
  const conf = literal(`${homeOf(host)}\\tunnel\\${name}.conf`);
  return [
    'if ($Start) {',
    "  Step 'starting'",
    `  if (Test-Path -LiteralPath ${conf}) {`,
    `    if (-not (Get-Service -Name 'WireGuardTunnel$${name}' -ErrorAction SilentlyContinue)) {`,
    `      Must { & (Join-Path $env:ProgramFiles 'WireGuard\\wireguard.exe') /installtunnelservice ${conf} }`,
    '    }',
    '  }',
    `  foreach ($Name in ${all.map(({ name: one }) => literal(one)).join(', ')}) { Start-Service -Name $Name }`,
    '}',
    "Write-Output 'done: what only a person can do is in CHECKLIST.md; then believe deploy check says what is missing'",
  ].join('\n');
}

/** A text that PowerShell takes as it is. */
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
