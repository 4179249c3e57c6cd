#!/usr/bin/env node
import { programFor } from './program.js';
import { runProgram } from './run-program.js';

await runProgram(async (argv) => {
  await (await programFor(argv)).parseAsync(argv, { from: 'user' });
});
