// Mocha's usual output, and the counts, failures and times of the run as JSON in the file that `--reporter-option result=` names.
const { writeFileSync } = require('node:fs');
const { reporters } = require('mocha');

module.exports = class TestReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const msByFile = {};
    const failures = [];
    const add = (test) => {
      if (test.file) msByFile[test.file] = (msByFile[test.file] ?? 0) + (test.duration ?? 0);
    };
    runner.on('test end', add);
    runner.on('hook end', add);
    runner.on('fail', (test, error) => failures.push(`${test.fullTitle()}\n${error.stack ?? error}`));
    runner.once('end', () => {
      const { passes, failures: failed, pending } = runner.stats;
      const result = { passed: passes, failed, skipped: pending, failures, msByFile };
      writeFileSync(options.reporterOption.result, JSON.stringify(result));
    });
  }
};
