// @ts-nocheck
import fs from 'node:fs';
import path from 'node:path';

/**
 * A reporter of jest: writes one JSON line to the file of --outputFile for each suite that begins or ends, so that
 * the command that ends a run that hangs still knows what passed and can name what was cut.
 */
export default class JestProgress {
  #root;
  #file;

  constructor({ rootDir, outputFile }: { rootDir: string; outputFile: string }) {
    this.#root = rootDir;
    this.#file = outputFile;
  }

  #write(line: any) {
    fs.appendFileSync(this.#file, `${JSON.stringify({ at: Date.now(), ...line })}\n`);
  }

  #name({ path: file }) {
    return path.relative(this.#root, file);
  }

  onRunStart({ numTotalTestSuites: suites }) {
    this.#write({ event: 'start', suites });
  }

  onTestFileStart(test: { path: any }) {
    this.#write({ event: 'begin', suite: this.#name(test) });
  }

  onTestFileResult(
    test: { path: any },
    { numPassingTests: passed, numFailingTests, testExecError, testResults }: any,
  ) {
    const names = testResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName);
    // A suite that could not run at all has no failing test.
    const failed = numFailingTests || (testExecError ? 1 : 0);
    this.#write({ event: 'end', suite: this.#name(test), passed, failed, names });
  }

  onRunComplete() {
    this.#write({ event: 'complete' });
  }
}
