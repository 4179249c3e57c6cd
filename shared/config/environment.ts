import { plainNumberOf } from '../fields/plain-number.js';
import { type ConfigField, configFields } from './config-fields.js';
import type { ConfigProblem } from './wrong-config.js';

/** What BELIEVE_* variables set: fields with values that are not validated yet, and the variables that set nothing. */
export interface EnvironmentValues {
  readonly values: readonly { readonly field: ConfigField; readonly value: unknown }[];
  readonly problems: readonly ConfigProblem[];
}

/**
 * Reads the variables of every field: temporal.uiPort is BELIEVE_TEMPORAL_UI_PORT. Lists are written as JSON or with
 * commas, null as `null`. A variable that starts like a section's but names no field of it is a problem; other
 * BELIEVE_* variables belong to the set-up.
 */
export function environmentValues(env: Readonly<Record<string, string | undefined>>): EnvironmentValues {
  const { fields, sections } = configFields();
  const fieldOfVariable = new Map(fields.map((field) => [field.variable, field]));
  const sectionPrefixes = sections.map((section) => `BELIEVE_${section.path.split('.')[0]!.toUpperCase()}_`);
  const values: { field: ConfigField; value: unknown }[] = [];
  const problems: ConfigProblem[] = [];
  for (const [variable, text] of Object.entries(env)) {
    if (text === undefined || !variable.startsWith('BELIEVE_')) continue;
    const field = fieldOfVariable.get(variable);
    if (field) values.push({ field, value: parseVariable(field, text) });
    else if (sectionPrefixes.some((prefix) => variable.startsWith(prefix)))
      problems.push({ source: variable, field: '', found: text, allowed: 'nothing, there is no such setting' });
  }
  return { values, problems };
}

function parseVariable(field: ConfigField, text: string): unknown {
  if (text === 'null') return null;
  if (field.type === 'number') return parseNumber(text);
  if (field.type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  if (field.type === 'array') return parseList(field, text);
  return text;
}

function parseList(field: ConfigField, text: string): unknown {
  if (text.trimStart().startsWith('[')) {
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }
  const items = text.split(',').map((item) => item.trim());
  return field.itemType === 'number' ? items.map(parseNumber) : items;
}

/** The number, or the text itself where it is none, so that validation names what was found. */
function parseNumber(text: string): unknown {
  const value = plainNumberOf(text);
  return Number.isNaN(value) ? text : value;
}
