/** A value of the registry that matters to a machine that trades. All are of HKEY_LOCAL_MACHINE, and 32 bits wide. */
export interface RegistryNeed {
  readonly key: string;
  readonly name: string;
  readonly value: number;
  readonly why: string;
}

const UPDATE = 'SOFTWARE\\Policies\\Microsoft\\Windows\\WindowsUpdate';
const TIME = 'SYSTEM\\CurrentControlSet\\Services\\W32Time';

export const REGISTRY: readonly RegistryNeed[] = [
  { key: `${UPDATE}\\AU`, name: 'NoAutoUpdate', value: 0, why: 'updates are looked for' },
  {
    key: `${UPDATE}\\AU`,
    name: 'AUOptions',
    value: 3,
    why: 'they are fetched, and a person installs them while the market is closed',
  },
  {
    key: `${UPDATE}\\AU`,
    name: 'NoAutoRebootWithLoggedOnUsers',
    value: 1,
    why: "the gateway's session is never ended by a restart of Windows' own",
  },
  {
    key: UPDATE,
    name: 'ExcludeWUDriversInQualityUpdate',
    value: 1,
    why: 'no driver of the network is changed by itself',
  },
  // For clocks to within milliseconds, as Microsoft documents it.
  {
    key: `${TIME}\\Config`,
    name: 'MinPollInterval',
    value: 6,
    why: 'the clock is compared every 64 s: captures of two machines are',
  },
  { key: `${TIME}\\Config`, name: 'MaxPollInterval', value: 6, why: 'the same, also after hours' },
  { key: `${TIME}\\Config`, name: 'UpdateInterval', value: 100, why: 'and corrected in small steps' },
  {
    key: `${TIME}\\Config`,
    name: 'FrequencyCorrectRate',
    value: 2,
    why: 'quickly enough for the drift of a virtual machine',
  },
  {
    key: `${TIME}\\TimeProviders\\NtpClient`,
    name: 'SpecialPollInterval',
    value: 64,
    why: 'the same, for servers that are named',
  },
  {
    key: 'SOFTWARE\\Microsoft\\Windows\\Windows Error Reporting',
    name: 'DontShowUI',
    value: 1,
    why: 'a process that crashes ends, so that it is started again, and waits in no dialog',
  },
  {
    key: 'SYSTEM\\CurrentControlSet\\Control\\CrashControl',
    name: 'AutoReboot',
    value: 1,
    why: 'a machine that crashes starts again',
  },
  {
    key: 'SYSTEM\\CurrentControlSet\\Control\\FileSystem',
    name: 'LongPathsEnabled',
    value: 1,
    why: 'paths of batches may be longer than 260 characters',
  },
];

/** A file for `reg import`. */
export function registryFile(values: readonly RegistryNeed[]): string {
  const keys = [...new Set(values.map(({ key }) => key))];
  const blocks = keys.map((key) =>
    [
      `[HKEY_LOCAL_MACHINE\\${key}]`,
      ...values
        .filter((one) => one.key === key)
        .map(({ name, value }) => `"${name}"=dword:${value.toString(16).padStart(8, '0')}`),
    ].join('\r\n'),
  );
  return `Windows Registry Editor Version 5.00\r\n\r\n${blocks.join('\r\n\r\n')}\r\n`;
}
