import { type DeployHost, homeOf, programOf } from './deploy-file.js';
import type { ServiceNeed } from './host-needs.js';

const usualProgram = (home: string): string => `${home}\\service\\nssm.exe`;

/** Where the service host lies. */
export const nssmProgram = (host: DeployHost): string => host.serviceHost.program ?? usualProgram(homeOf(host));

/**
 * Makes every service by NSSM, or makes it again as it should be. A batch file, because Windows PowerShell hands words with quotes in them
 * to programs as other words.
 */
export function nssmCommands(host: DeployHost, services: readonly ServiceNeed[]): string {
  const lines = [
    '@echo off',
    'rem believe: the services of this host, by NSSM. To be run as administrator; does the same when it is run again.',
    `set "NSSM=${nssmProgram(host)}"`,
    'if not exist "%NSSM%" (echo %NSSM% is missing: CHECKLIST.md, "Programs" & exit /b 1)',
    ...services.flatMap((service) => ['', `rem ${service.why}`, ...commandsOf(host, service).flatMap(orEnd)]),
    'exit /b 0',
    '',
  ];
  return lines.join('\r\n');
}

/** What fails ends the installation; only asking for a service may. */
const orEnd = (command: string): string[] =>
  command.startsWith('sc query') ? [command] : [command, 'if errorlevel 1 exit /b 1'];

function commandsOf(host: DeployHost, { name, user, description, command, environment }: ServiceNeed): string[] {
  const [program, ...words] = command;
  const set = (parameter: string, ...values: string[]) =>
    `"%NSSM%" set ${name} ${parameter} ${values.map(quoted).join(' ')} >nul`;
  const log = `${homeOf(host)}\\logs\\${name}.log`;
  return [
    `sc query ${name} >nul 2>&1`,
    `if errorlevel 1 "%NSSM%" install ${name} ${quoted(program!)} >nul`,
    set('Application', program!),
    set('AppDirectory', programOf(host)),
    set('AppParameters', words.map(asArgument).join(' ')),
    set('AppEnvironmentExtra', ...Object.entries(environment).map(([variable, value]) => `${variable}=${value}`)),
    set('DisplayName', `believe: ${description}`),
    set('Start', 'SERVICE_AUTO_START'),
    set('AppStdout', log),
    set('AppStderr', log),
    set('AppRotateFiles', '1'),
    set('AppRotateOnline', '1'),
    set('AppRotateBytes', '104857600'),
    // Ctrl-C, by which all of our processes end in order; a bridge closes first. Windows and threads of ours there are none.
    set('AppStopMethodSkip', '6'),
    set('AppStopMethodConsole', '60000'),
    set('AppExit', 'Default', 'Restart'),
    set('AppRestartDelay', '5000'),
    set('AppThrottle', '1500'),
    // An identity of its own without a password, whose rights are those that its folders give it.
    `sc config ${name} obj= "${user}" >nul`,
    `sc sidtype ${name} unrestricted >nul`,
    `sc failure ${name} reset= 86400 actions= restart/5000/restart/5000/restart/60000 >nul`,
  ];
}

/** One word of a command line, as programs of Windows read it. */
function asArgument(word: string): string {
  return /[ "]/.test(word) ? `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, '$&$&')}"` : word;
}

/** The same in a batch file, where `%` is a sign. */
function quoted(word: string): string {
  return `"${word
    .replaceAll('%', '%%')
    .replace(/(\\*)"/g, '$1$1\\"')
    .replace(/\\+$/, '$&$&')}"`;
}
