'use strict';

const fs = require('node:fs');
const path = require('node:path');

/**
 * A reporter of jest: writes one JSON line to the file of --outputFile for each suite that begins or ends, so that
 * the command that ends a run that hangs still knows what passed and can name what was cut.
 */
class JestProgress {
  #root;
  #file;

  /** @param {{ rootDir: string, outputFile: string }} config */
  constructor({ rootDir, outputFile }) {
    this.#root = rootDir;
    this.#file = outputFile;
  }

  #write(line) {
    fs.appendFileSync(this.#file, `${JSON.stringify({ at: Date.now(), ...line })}\n`);
  }

  #name({ path: file }) {
    return path.relative(this.#root, file);
  }

  onRunStart({ numTotalTestSuites: suites }) {
    this.#write({ event: 'start', suites });
  }

  onTestFileStart(test) {
    this.#write({ event: 'begin', suite: this.#name(test) });
  }

  onTestFileResult(test, { numPassingTests: passed, numFailingTests, testExecError, testResults }) {
    const names = testResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName);
    // A suite that could not run at all has no failing test.
    const failed = numFailingTests || (testExecError ? 1 : 0);
    this.#write({ event: 'end', suite: this.#name(test), passed, failed, names });
  }

  onRunComplete() {
    this.#write({ event: 'complete' });
  }
}

module.exports = JestProgress;
