import type { Reporter, SerializedError, TestCase, TestModule, TestSuite, Vitest } from 'vitest/node';

interface Tally {
  passed: number;
  failed: number;
  readonly skips: Skip[];
}

interface Skip {
  readonly test: string;
  /** What `ctx.skip(reason)` was given. */
  readonly reason: string | undefined;
}

/**
 * Ends a run with `N passed, N failed`, alone on the last line, for scripts to read. In CI a test that is skipped
 * for no reason, or because the lab was not installed, counts as failed: it should have run.
 */
export class SummaryReporter implements Reporter {
  readonly #inCi: boolean;
  #vitest: Vitest | undefined;

  constructor(env: Readonly<Record<string, string | undefined>> = process.env) {
    this.#inCi = env['CI'] !== undefined && !['', '0', 'false'].includes(env['CI']);
  }

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const tally = tallyOf(modules);
    // With -t everything that does not match is skipped, and nobody wants to read of it.
    const skips = this.#vitest?.config.testNamePattern ? [] : tally.skips;
    const refused = this.#inCi ? skips.filter(shouldHaveRun) : [];
    const failed = tally.failed + unhandled.length + refused.length;
    if (failed > 0) process.exitCode = 1;

    const lines = skips.map(
      (skip) => `${refused.includes(skip) ? 'NOT RUN' : 'skipped'}  ${describeSkip(skip)}`,
    );
    const skipped = skips.length - refused.length;
    lines.push(`${tally.passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
    printLast(lines, this.#vitest?.config.watch ?? false);
  }
}

function tallyOf(modules: readonly TestModule[]): Tally {
  const tally: Tally = { passed: 0, failed: 0, skips: [] };
  for (const module of modules) addSuite(tally, module, false);
  return tally;
}

function addSuite(tally: Tally, suite: TestModule | TestSuite, isInBroken: boolean): void {
  const hasErrors = suite.errors().length > 0;
  const failedBefore = tally.failed;
  for (const child of suite.children) {
    if (child.type === 'suite') addSuite(tally, child, isInBroken || hasErrors);
    else addTest(tally, child, isInBroken || hasErrors);
  }
  // A file that does not load, or a hook after the last test: no test stands for it.
  if (hasErrors && tally.failed === failedBefore) tally.failed += 1;
}

/** Behind a hook that failed, vitest calls tests skipped. They were not skipped, they could not run. */
function addTest(tally: Tally, test: TestCase, isInBroken: boolean): void {
  const result = test.result();
  if (result.state === 'passed') tally.passed += 1;
  else if (result.state === 'skipped' && !isInBroken) {
    tally.skips.push({ test: `${test.module.relativeModuleId} > ${test.fullName}`, reason: result.note });
  } else tally.failed += 1;
}

function shouldHaveRun({ reason }: Skip): boolean {
  return reason === undefined || reason.trim() === '' || /lab missing/i.test(reason);
}

function describeSkip({ test, reason }: Skip): string {
  return `${test}: ${reason?.trim() || 'no reason given'}`;
}

/** Other reporters, and whatever is slow to close, write after this hook: the last word is at exit. */
function printLast(lines: readonly string[], isWatching: boolean): void {
  const print = () => process.stdout.write(`\n${lines.join('\n')}\n`);
  if (isWatching) print();
  else process.once('exit', print);
}
