// Pictures of the Web UI for a ship, or any other workflow, as it is now: node scripts/screenshots.mjs --home DIR --out DIR [--id WORKFLOW] [--label NAME]
// Needs a stack that is up, and Chromium (CHROMIUM names it where it is not on PATH).
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { onSupportedNode } from '../setup/on-supported-node.mjs';
import { ready } from './ready.mjs';

await onSupportedNode();
const { values } = parseArgs({
  options: {
    home: { type: 'string', default: '.believe' },
    out: { type: 'string' },
    id: { type: 'string' },
    label: { type: 'string', default: 'ship' },
  },
});
if (!values.out) {
  console.error('usage: node scripts/screenshots.mjs --home DIR --out DIR [--id WORKFLOW] [--label NAME]');
  process.exit(2);
}
await ready();
const { loadHomeConfig } = await import('../dist/shared/node/config/home-config.js');
const { serverAddress } = await import('../dist/temporal/server-address.js');
const { connectClient } = await import('../dist/temporal/client.js');
const { recentShips } = await import('../dist/cli/ship/find-ship.js');
const { webUiLink } = await import('../dist/cli/ship/web-ui-link.js');

const config = loadHomeConfig({ home: values.home });
const client = await connectClient(serverAddress(config));
// Any workflow by its id: the newest run of it.
const named = values.id && (await client.workflow.getHandle(values.id).describe());
const ship = named || (await recentShips(client, 1))[0];
await client.connection.close();
if (!ship) {
  console.error(`no ship ${values.id ?? ''}: start one with believe ship start`);
  process.exit(1);
}
const page = `${webUiLink(config, ship.workflowId)}/${ship.runId}`;
const VIEWS = [
  ['list', `${webUiLink(config)}?query=${encodeURIComponent('WorkflowType="shipModel"')}`],
  ['history', `${page}/history`],
  ['details', `${page}/user-metadata`],
];

mkdirSync(values.out, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-sync',
  ],
});
try {
  const tab = await browser.newPage({ viewport: { width: 1500, height: 1100 } });
  for (const [view, url] of VIEWS) {
    await tab.goto(url, { waitUntil: 'domcontentloaded' });
    await tab.waitForTimeout(4000);
    const file = path.join(values.out, `${values.label}-${view}.png`);
    await tab.screenshot({ path: file, fullPage: view !== 'list' });
    console.log(file);
  }
} finally {
  await browser.close();
}
