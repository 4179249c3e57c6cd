import { type DeployHost, homeOf, programOf } from './deploy-file.js';
import type { ServiceNeed } from './host-needs.js';

/** The settings of a service for WinSW, which lies beside it as `<name>.exe`. */
export function winswFile(
  host: DeployHost,
  { name, description, user, command, environment, why }: ServiceNeed,
): string {
  const [program, ...words] = command;
  const element = (tag: string, value: string) => `  <${tag}>${escaped(value)}</${tag}>`;
  const lines = [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<service>',
    element('id', name),
    element('name', `believe: ${description}`),
    element('description', why),
    element('executable', program!),
    element('arguments', words.map((word) => (word.includes(' ') ? `"${word}"` : word)).join(' ')),
    element('workingdirectory', programOf(host)),
    ...Object.entries(environment).map(
      ([variable, value]) => `  <env name="${escaped(variable)}" value="${escaped(value)}"/>`,
    ),
    element('startmode', 'Automatic'),
    element('stoptimeout', '60 sec'),
    '  <onfailure action="restart" delay="5 sec"/>',
    element('resetfailure', '1 day'),
    '  <serviceaccount>',
    `    <username>${escaped(user)}</username>`,
    '  </serviceaccount>',
    element('logpath', `${homeOf(host)}\\logs`),
    '  <log mode="roll-by-size">',
    '    <sizeThreshold>102400</sizeThreshold>',
    '    <keepFiles>10</keepFiles>',
    '  </log>',
    '</service>',
    '',
  ];
  return lines.join('\r\n');
}

const SIGNS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => SIGNS[sign]!);
