// Mocha's usual output, and the counts and times of the run as JSON in the file that `--reporter-option result=` names.
const { writeFileSync } = require('node:fs');
const { reporters } = require('mocha');

module.exports = class TestReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const msByFile = {};
    const add = (test) => {
      if (test.file) msByFile[test.file] = (msByFile[test.file] ?? 0) + (test.duration ?? 0);
    };
    runner.on('test end', add);
    runner.on('hook end', add);
    runner.once('end', () => {
      const { passes, failures, pending } = runner.stats;
      const result = { passed: passes, failed: failures, skipped: pending, msByFile };
      writeFileSync(options.reporterOption.result, JSON.stringify(result));
    });
  }
};
