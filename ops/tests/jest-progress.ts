import fs from 'node:fs';
import path from 'node:path';
import type { AggregatedResult, Reporter, Test, TestResult } from '@jest/reporters';

/** Line of the progress file. `at` is the time in milliseconds. */
export type ProgressLine = { at: number } & (
  | { event: 'start'; suites: number }
  | { event: 'begin'; suite: string }
  | ({ event: 'end'; suite: string } & SuiteResult)
  | { event: 'complete' }
);

export interface SuiteResult {
  passed: number;
  failed: number;
  /** Names of the tests that failed. */
  names: string[];
}

type News<Line = ProgressLine> = Line extends ProgressLine ? Omit<Line, 'at'> : never;

/**
 * Reporter of jest: writes one JSON line to the file of --outputFile for each suite that begins or ends, so that the
 * command that ends a hanging run still knows what passed and can name the suite that it cut.
 */
export default class JestProgress implements Reporter {
  #root;
  #file;

  constructor({ rootDir, outputFile = '' }: { rootDir: string; outputFile?: string }) {
    this.#root = rootDir;
    this.#file = outputFile;
  }

  #write(news: News) {
    fs.appendFileSync(this.#file, `${JSON.stringify({ at: Date.now(), ...news })}\n`);
  }

  #name({ path: file }: Test) {
    return path.relative(this.#root, file);
  }

  onRunStart({ numTotalTestSuites: suites }: AggregatedResult) {
    this.#write({ event: 'start', suites });
  }

  onTestFileStart(test: Test) {
    this.#write({ event: 'begin', suite: this.#name(test) });
  }

  onTestFileResult(test: Test, result: TestResult) {
    const { numPassingTests: passed, numFailingTests, testExecError, testResults } = result;
    const names = testResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName);
    // A suite that could not run at all has no failing test.
    const failed = numFailingTests || (testExecError ? 1 : 0);
    this.#write({ event: 'end', suite: this.#name(test), passed, failed, names });
  }

  onRunComplete() {
    this.#write({ event: 'complete' });
  }

  getLastError() {}
}
