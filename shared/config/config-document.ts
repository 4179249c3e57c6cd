import { type ConfigField, type ConfigSection, configFields } from './config-fields.js';
import { FORMER_SETTINGS } from './former-settings.js';

/** docs/configuration.md: every field of the schema, so that the document cannot differ from it. */
export function configDocument(): string {
  const { fields, sections } = configFields();
  const roots = fields.filter(({ path }) => !path.includes('.'));
  return `${INTRODUCTION}
${table(roots)}
${sections.map((section) => sectionText(section, fields)).join('')}
${formerSettings()}`;
}

const INTRODUCTION = `<!-- Generated: node bin/believe.mjs config document > docs/configuration.md -->
# Configuration

One optional file, \`believe.config.json\` in the working directory (or the file that \`--config\` names), holds one JSON
object; a field that is left out has its default. Stronger than the file are environment variables, stronger than those
the options of a command. Everything is resolved and checked once, at start.

- \`believe config check\` names every wrong field: where it was set, what was found, what is allowed. Exit code 1.
- \`believe config show\` prints the settings in force.

An environment variable is the path of its field in capitals: \`temporal.uiPort\` is \`BELIEVE_TEMPORAL_UI_PORT\`. A list is
written with commas or as JSON, nothing as \`null\`. Limits and thresholds (\`risk\`, \`gate\`) have no variables and no options: they change
in a file only, where a second person can read what holds. \`BELIEVE_CACHE\`, \`BELIEVE_TEMPORAL\` and \`BELIEVE_LIBXGBOOST\` belong to the
set-up (\`believe doctor\`), and \`BELIEVE_SAMPLE_DATA\` to tests and benches, not to this file.

\`\`\`json
{
  "home": "/var/lib/believe",
  "input": { "kind": "files", "depth": ["day1.jsonl.gz"], "bars": ["bars-5m.csv.gz"] },
  "temporal": { "uiPort": 8300 }
}
\`\`\`
`;

function sectionText({ path, description }: ConfigSection, fields: readonly ConfigField[]): string {
  const own = fields.filter((field) => field.path.slice(0, field.path.lastIndexOf('.')) === path);
  return `\n## ${path}\n\n${description}\n${own.length > 0 ? `\n${table(own)}\n` : ''}`;
}

function table(fields: readonly ConfigField[]): string {
  const rows = fields.map((field) => {
    const name = `\`${field.path.split('.').at(-1)}\`${field.onlyFor ? ` (${field.onlyFor})` : ''}`;
    const missing = field.isOptional ? 'none' : 'must be given';
    const preset = field.default === undefined ? missing : `\`${JSON.stringify(field.default)}\``;
    const variable = field.variable === null ? 'file only' : `\`${field.variable}\``;
    return `| ${[name, field.description, field.allowed, preset, variable].map(cell).join(' | ')} |`;
  });
  return ['| field | meaning | allowed | default | variable |', '|---|---|---|---|---|', ...rows].join('\n');
}

function formerSettings(): string {
  const rows = FORMER_SETTINGS.map(({ path, instead }) => `| \`${path}\` | ${cell(instead)} |`);
  return `## No longer settings

A file or a variable that names one of these is refused, with what holds instead.

${['| former setting | instead |', '|---|---|', ...rows].join('\n')}
`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
