import { CommanderError } from 'commander';
import { keepFilesPrivate } from '../shared/node/process/private-files.js';
import { codeOf, failureText } from './failure-text.js';

/**
 * Runs this process as a program of ours. Exit codes: 0 done, 1 a check failed or the work could not be done, 2 wrong usage.
 * @param main is given the words behind the program's name
 */
export async function runProgram(main: (words: string[]) => Promise<void>): Promise<void> {
  // Who reads the output may go at any time (`| head`, a closed terminal): the work goes on, above all that of the bridge.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error) => {
      if (codeOf(error) !== 'EPIPE') throw error;
    });
  try {
    keepFilesPrivate();
    await main(process.argv.slice(2));
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else {
      const { text, exitCode } = failureText(error);
      process.stderr.write(text);
      process.exitCode = exitCode;
    }
  }
}
