import { html } from '../../page/html.js';
import { selfContainedPage } from '../../page/self-contained-page.js';
import { OVERVIEW_CSS } from './overview-css.js';

/** Where the link of a message leads: a question, which only a person answers. */
export function askPage(fields: Readonly<Record<string, string>>): string {
  return selfContainedPage({
    title: 'Acknowledge an alarm - believe',
    synthetic: false,
    css: OVERVIEW_CSS,
    policy: "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    main: html`<h1>Acknowledge ${fields.alarm ?? ''}?</h1>
<p>It is then not told again until it is over, or half a day has passed.</p>
<form method="post" action="acknowledge">${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<label>Your name <input name="by" required maxlength="200" autocomplete="name"></label>
<label>What you do <input name="reason" maxlength="500"></label>
<p><button>Acknowledge</button></p></form>`,
  });
}
