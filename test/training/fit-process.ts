// Fits in a process of its own, which kills itself at a round:
//   node fit-process.js <checkpoint file> <round to be killed at, 0 never>; prints "first <round>", and at the end the sha256 of the model

import { createHash } from 'node:crypto';
import { fitRows } from '../../research/training/fit-rows.js';
import { library } from './library.js';
import { RECIPE, randomSamples } from './random-samples.js';

const [checkpointFile, killAt] = process.argv.slice(2) as [string, string];
const samples = randomSamples(3000, 1, 4);
const rows = Int32Array.from({ length: samples.rows }, (_, row) => row);
let first = 0;
const booster = await fitRows({
  ...{ samples, rows, library, checkpointFile, recipe: { ...RECIPE, rounds: 330, maxDepth: 2 } },
  onRound: (round) => {
    if (first === 0) process.stdout.write(`first ${round}\n`);
    first ||= round;
    if (round === Number(killAt)) process.kill(process.pid, 'SIGKILL');
  },
});
process.stdout.write(`sha256 ${createHash('sha256').update(booster.modelJson).digest('hex')}\n`);
