// Mocha's usual output, and the counts and failures of the run and its processor time as JSON in the file that `--reporter-option result=` names.
const { readFileSync, writeFileSync } = require('node:fs');
const { reporters } = require('mocha');

module.exports = class TestReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const failures = [];
    runner.on('fail', (test, error) => failures.push(`${test.fullTitle()}\n${error.stack ?? error}`));
    runner.once('end', () => {
      const { passes, failures: failed, pending } = runner.stats;
      const result = { passed: passes, failed, skipped: pending, failures, cpuSeconds: cpuSeconds() };
      writeFileSync(options.reporterOption.result, JSON.stringify(result));
    });
  }
};

/** Of this process and of those that it has started and that have ended; null where the system does not tell. */
function cpuSeconds() {
  const TICKS_PER_SECOND = 100;
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const times = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 15);
    return times.reduce((sum, ticks) => sum + Number(ticks) / TICKS_PER_SECOND, 0);
  } catch {
    return null;
  }
}
