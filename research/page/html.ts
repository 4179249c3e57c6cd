/** Text that is HTML already. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = string | number | Html | readonly Html[];

/** Template tag: values are escaped unless they are Html, so that no name or reason can break the page. */
export function html(strings: TemplateStringsArray, ...values: readonly Part[]): Html {
  return new Html(strings.reduce((text, string, i) => text + textOf(values[i - 1]!) + string));
}

function textOf(value: Part): string {
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(({ text }) => text).join('');
  return String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string | Html;
  readonly numeric?: boolean;
}

/** A table with a caption, in a box that scrolls sideways on a narrow screen. */
export function table<Row>(caption: string, rows: readonly Row[], columns: readonly Column<Row>[]): Html {
  const align = ({ numeric }: Column<Row>) => (numeric ? 'number' : 'text');
  const head = columns.map((column) => html`<th scope="col" class="${align(column)}">${column.title}</th>`);
  const body = rows.map((row) => {
    const cells = columns.map((column, i) =>
      i === 0
        ? html`<th scope="row" class="${align(column)}">${column.cell(row)}</th>`
        : html`<td class="${align(column)}">${column.cell(row)}</td>`,
    );
    return html`<tr>${cells}</tr>`;
  });
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/** Names and values. */
export function facts(pairs: readonly (readonly [string, string | Html])[]): Html {
  return html`<dl>${pairs.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

export function list(sentences: readonly string[]): Html {
  return html`<ul>${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul>`;
}

export function hash(sha256: string): Html {
  return html`<code class="hash">${sha256}</code>`;
}

export function folded(summary: string, content: Html): Html {
  return html`<details><summary>${summary}</summary>${content}</details>`;
}
