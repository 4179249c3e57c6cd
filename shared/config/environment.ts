import { plainNumberOf } from '../fields/plain-number.js';
import { type ConfigField, configFields, variableOf } from './config-fields.js';
import { FORMER_SETTINGS, nothingInstead } from './former-settings.js';
import type { ConfigProblem } from './wrong-config.js';

interface EnvironmentValue {
  readonly path: string;
  readonly variable: string;
  readonly value: unknown;
}

/** What BELIEVE_* variables set: fields with values that are not validated yet, and the variables that set nothing. */
export interface EnvironmentValues {
  readonly values: readonly EnvironmentValue[];
  readonly problems: readonly ConfigProblem[];
}

/**
 * Reads the variables of every field: temporal.uiPort is BELIEVE_TEMPORAL_UI_PORT. Lists are written as JSON or with
 * commas, null as `null`. A variable that starts like a section's but names no field of it is a problem, and so is one of a
 * field that only a file may change; other BELIEVE_* variables belong to the set-up.
 * @param file of the settings, for whoever has to write one there instead
 */
export function environmentValues(env: Readonly<Record<string, string | undefined>>, file: string): EnvironmentValues {
  const fieldOfVariable = new Map(configFields().fields.map((field) => [variableOf(field.path), field]));
  const values: EnvironmentValue[] = [];
  const problems: ConfigProblem[] = [];
  for (const [variable, text] of Object.entries(env)) {
    if (text === undefined || !variable.startsWith('BELIEVE_')) continue;
    const field = fieldOfVariable.get(variable);
    if (field && field.variable !== null)
      values.push({ path: field.path, variable, value: parseVariable(field, text) });
    else {
      const problem = field ? problemOfFileOnly(field.path, file) : problemOfUnknown(variable);
      if (problem) problems.push({ source: variable, found: text, ...problem });
    }
  }
  return { values, problems };
}

type Refusal = Pick<ConfigProblem, 'field' | 'allowed'>;

function problemOfFileOnly(path: string, file: string): Refusal {
  const why = 'a limit or threshold changes only where a second person can read it';
  return { field: path, allowed: `nothing, ${why}: set ${path} in ${file}` };
}

function problemOfUnknown(variable: string): Refusal | null {
  const former = FORMER_SETTINGS.find(({ path }) => `${variable}_`.startsWith(`${variableOf(path)}_`));
  if (former) return { field: former.path, allowed: nothingInstead(former) };
  const isOfSection = configFields().sections.some(({ path }) =>
    variable.startsWith(`BELIEVE_${path.split('.')[0]!.toUpperCase()}_`),
  );
  return isOfSection ? { field: '', allowed: 'nothing, there is no such setting' } : null;
}

function parseVariable(field: ConfigField, text: string): unknown {
  if (text === 'null') return null;
  if (field.type === 'number') return parseNumber(text);
  if (field.type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  if (field.type === 'array') return parseList(text);
  return text;
}

function parseList(text: string): unknown {
  if (text.trimStart().startsWith('[')) {
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }
  return text.split(',').map((item) => item.trim());
}

/** The number, or the text itself where it is none, so that validation names what was found. */
function parseNumber(text: string): unknown {
  const value = plainNumberOf(text);
  return Number.isNaN(value) ? text : value;
}
