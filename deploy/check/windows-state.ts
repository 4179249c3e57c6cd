import { z } from 'zod';
import { lastLine, runCommand } from '../../setup/run-command.js';
import { UsageFailure } from '../../shared/failure.js';
import type { WindowsNeeds } from '../plan/windows-host.js';

/** What PowerShell tells of a machine. */
export const windowsState = z.object({
  services: z.array(z.object({ name: z.string(), state: z.string(), startMode: z.string(), account: z.string() })),
  folders: z.array(
    z.object({
      path: z.string(),
      rights: z.array(z.object({ who: z.string(), right: z.string(), isInherited: z.boolean() })),
    }),
  ),
  registry: z.array(z.object({ key: z.string(), name: z.string(), value: z.number().nullable() })),
  firewall: z.array(
    z.object({
      ...{ name: z.string(), action: z.string(), isEnabled: z.boolean(), localPort: z.string() },
      ...{ localAddress: z.string(), remoteAddresses: z.array(z.string()) },
    }),
  ),
  exclusions: z.array(z.string()),
  machine: z.object({
    ...{ firewallOn: z.boolean(), defenderOn: z.boolean(), standbySeconds: z.number().nullable() },
    ...{ timeSource: z.string().nullable(), restartPending: z.boolean() },
  }),
});
export type WindowsState = z.infer<typeof windowsState>;

/** Asks this machine. @throws UsageFailure where PowerShell does not answer */
export async function readWindowsState(needs: WindowsNeeds): Promise<WindowsState> {
  const encoded = Buffer.from(stateScript(needs), 'utf16le').toString('base64');
  const asked = await runCommand('powershell.exe', ['-NoProfile', '-NonInteractive', '-EncodedCommand', encoded], {
    timeLimitMs: 120_000,
  });
  if (asked.status !== 0)
    throw new UsageFailure(
      `PowerShell did not answer: ${lastLine(asked)}`,
      'run it on the Windows host, as administrator; elsewhere with --root',
    );
  return windowsState.parse(JSON.parse(asked.stdout));
}

/** Reads, and changes nothing. Each part that fails is empty, so that one missing module hides no other part. */
export function stateScript({ folders, registry, firewall }: WindowsNeeds): string {
  return `$ErrorActionPreference = 'SilentlyContinue'
function Right($Rule) {
  switch -Regex ([string]$Rule.FileSystemRights) {
    '^FullControl' { 'F'; break }
    '^Modify' { 'M'; break }
    '^ReadAndExecute' { 'RX'; break }
    default { [string]$Rule.FileSystemRights }
  }
}
$Services = @(Get-CimInstance Win32_Service -Filter "Name LIKE 'believe-%'" | ForEach-Object {
  @{ name = $_.Name; state = $_.State; startMode = $_.StartMode; account = $_.StartName }
})
$Folders = @(foreach ($Path in @(${folders.map((one) => literal(one.path)).join(', ')})) {
  if (Test-Path -LiteralPath $Path) {
    $Rights = @((Get-Acl -LiteralPath $Path).Access | Where-Object { $_.AccessControlType -eq 'Allow' } | ForEach-Object {
      @{ who = [string]$_.IdentityReference; right = [string](Right $_); isInherited = [bool]$_.IsInherited }
    })
    @{ path = $Path; rights = $Rights }
  }
})
$Registry = @(foreach ($Pair in @(${registry.map(({ key, name }) => `@(${literal(key)}, ${literal(name)})`).join(', ')})) {
  $Value = (Get-ItemProperty -LiteralPath ('HKLM:\\' + $Pair[0]) -Name $Pair[1]).($Pair[1])
  @{ key = $Pair[0]; name = $Pair[1]; value = $Value }
})
$Firewall = @(foreach ($Name in @(${firewall.map((one) => literal(one.name)).join(', ')})) {
  foreach ($Rule in @(Get-NetFirewallRule -DisplayName $Name)) {
    $Address = $Rule | Get-NetFirewallAddressFilter
    $Port = $Rule | Get-NetFirewallPortFilter
    $Remote = @($Address.RemoteAddress | Where-Object { $_ -ne 'Any' })
    @{ name = $Name; action = [string]$Rule.Action; isEnabled = ([string]$Rule.Enabled -eq 'True'); localPort = [string]$Port.LocalPort; localAddress = [string]$Address.LocalAddress; remoteAddresses = $Remote }
  }
})
$Exclusions = @((Get-MpPreference).ExclusionPath | Where-Object { $_ })
$Profiles = @(Get-NetFirewallProfile)
$Standby = (powercfg.exe /query SCHEME_CURRENT SUB_SLEEP STANDBYIDLE | Select-String '0x[0-9a-f]+' -AllMatches | ForEach-Object { $_.Matches.Value } | Select-Object -Last 2 | Select-Object -First 1)
$Source = (w32tm.exe /query /source | Select-Object -First 1)
$Pending = (Test-Path 'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update\\RebootRequired')
$Machine = @{
  firewallOn = ($Profiles.Count -gt 0 -and @($Profiles | Where-Object { [string]$_.Enabled -ne 'True' }).Count -eq 0)
  defenderOn = [bool](Get-MpComputerStatus).RealTimeProtectionEnabled
  standbySeconds = $(if ($Standby) { [Convert]::ToInt32($Standby, 16) } else { $null })
  timeSource = $(if ($Source) { [string]$Source } else { $null })
  restartPending = [bool]$Pending
}
@{ services = $Services; folders = $Folders; registry = $Registry; firewall = $Firewall; exclusions = $Exclusions; machine = $Machine } | ConvertTo-Json -Depth 6 -Compress
exit 0
`;
}

/** A text that PowerShell takes as it is. */
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
