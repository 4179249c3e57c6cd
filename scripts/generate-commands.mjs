// Writes docs/commands.md from the tree of commands.
import { writeFileSync } from 'node:fs';
import { onSupportedNode } from '../setup/on-supported-node.mjs';
import { build } from './build.mjs';

await onSupportedNode();
await build();
const { wholeProgram } = await import('../dist/cli/program.js');
const { renderCommandDocs } = await import('../dist/cli/docs/command-docs.js');
writeFileSync(new URL('../docs/commands.md', import.meta.url), renderCommandDocs(await wholeProgram()));
