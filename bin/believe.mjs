#!/usr/bin/env node
// The `believe` command. In a source checkout it first brings dist/ up to date; an installed package has only dist/.
import { existsSync } from 'node:fs';

if (existsSync(new URL('../scripts/ready.mjs', import.meta.url))) await import('../scripts/start.mjs');
else await import('../dist/cli/main.js');
