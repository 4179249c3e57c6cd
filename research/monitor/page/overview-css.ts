/** What only the overview has. */
export const OVERVIEW_CSS = `
header.well h1 { color: var(--pass); }
header.alarm h1 { color: var(--hold); }
header h1 { font-size: 2rem; }
.box { background: var(--panel); border: 1px solid var(--rule); border-left: 0.4rem solid var(--hold); border-radius: 0.5rem; padding: 0.2rem 1rem 0.8rem; margin: 1rem 0; }
.box.warn { border-left-color: var(--prior); }
.box.explained { border-left-color: var(--rule); }
.box h2 { border: 0; margin: 0.6rem 0 0; padding: 0; overflow-wrap: anywhere; }
.box p { overflow-wrap: anywhere; }
.box form { display: flex; flex-wrap: wrap; gap: 0.6rem; align-items: end; }
label { font-size: 0.85rem; color: var(--quiet); }
input { display: block; font: inherit; padding: 0.35rem 0.5rem; border: 1px solid var(--rule); border-radius: 0.3rem; background: var(--paper); color: var(--ink); max-width: 100%; }
button { font: inherit; font-weight: 600; padding: 0.4rem 1rem; border: 0; border-radius: 0.3rem; background: var(--candidate); color: var(--panel); cursor: pointer; }
.said { border: 1px solid var(--rule); background: var(--panel); padding: 0.5rem 0.9rem; border-radius: 0.5rem; }
#connection:empty { display: none; }
#connection { color: var(--hold); font-weight: 600; }
.mark { font-weight: 600; }
.mark.well { color: var(--pass); }
.mark.alarm { color: var(--hold); }
.mark.unknown, .mark.off { color: var(--quiet); font-weight: 400; }
a { color: var(--candidate); }
`;
