#!/usr/bin/env node
// The `believe` command. In a source checkout it first brings dist/ up to date; an installed package has only dist/.
import { existsSync } from 'node:fs';

const isCheckout = existsSync(new URL('../scripts/ready.mjs', import.meta.url));
const { onSupportedNode } = await import(
  isCheckout ? '../setup/on-supported-node.mjs' : '../dist/setup/on-supported-node.mjs'
);
await onSupportedNode();
if (isCheckout) await import('../scripts/start.mjs');
else await import('../dist/cli/main.js');
