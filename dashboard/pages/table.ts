import { html } from 'hono/html';

export interface Column<T> {
  readonly title: string;
  readonly cell: (row: T) => unknown;
  readonly isNumber?: boolean;
  /** Stays on one line. */
  readonly isTime?: boolean;
}

/** @param mark what a row says of itself to the script that checks it */
export function table<T>(
  caption: string,
  rows: readonly T[],
  columns: readonly Column<T>[],
  mark?: (row: T) => unknown,
) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption><thead><tr>${columns.map(
    ({ title, isNumber }) => html`<th scope="col" class="${isNumber ? 'n' : ''}">${title}</th>`,
  )}</tr></thead><tbody>${rows.map(
    (row) =>
      html`<tr ${mark ? mark(row) : ''}>${columns.map(({ cell, isNumber, isTime }) => html`<td class="${isNumber ? 'n' : isTime ? 'time' : ''}">${cell(row)}</td>`)}</tr>`,
  )}</tbody></table></div>`;
}
