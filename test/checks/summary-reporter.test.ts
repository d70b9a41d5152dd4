import { describe, expect, it } from 'vitest';
import { type Files, plantTree, type Run } from './planted-tree.ts';

const imports = `import { afterAll, beforeAll, describe, expect, it } from 'vitest';\n`;
const passes = `${imports}it('passes', () => { expect(1).toBe(1); });\n`;

async function runTests(tests: Files, env: Record<string, string> = {}): Promise<Run & { lastLine: string }> {
  using tree = plantTree(['vitest.config.ts', 'test/summary-reporter.ts'], tests);
  const run = await tree.run('vitest', ['run'], env);
  return { ...run, lastLine: run.stdout.slice(run.stdout.slice(0, -1).lastIndexOf('\n') + 1) };
}

describe('the last line of a test run', () => {
  it('counts over all projects, and lists what was skipped with the reason', async () => {
    const run = await runTests({
      'lib/a.test.ts': `${passes}it('is skipped', ({ skip }) => skip('needs two disks'));`,
      'test/integration/b.test.ts': passes,
    });
    expect(run.lastLine).toBe('2 passed, 0 failed, 1 skipped\n');
    expect(run.output).toContain('skipped  lib/a.test.ts > is skipped: needs two disks');
    expect(run.passed).toBe(true);
  });

  it('counts a test that fails, a file that does not load, and tests behind a hook that fails', async () => {
    const run = await runTests({
      'lib/fails.test.ts': `${passes}it('fails', () => { expect(1).toBe(2); });`,
      'lib/does-not-load.test.ts': `import './gone.ts';`,
      'lib/hook.test.ts': `${imports}describe('x', () => {
        beforeAll(() => { throw new Error('no'); });
        it('one', () => {});
        describe('y', () => { it('two', () => {}); });
      });`,
      'lib/late-hook.test.ts': `${passes}afterAll(() => { throw new Error('late'); });`,
    });
    expect(run.lastLine).toBe('2 passed, 5 failed\n');
    expect(run.passed).toBe(false);
  });

  it('counts an error that no test has caught', async () => {
    const run = await runTests({
      'lib/a.test.ts': `${passes}it('leaves', async () => {
        void Promise.reject(new Error('nobody listens'));
        await new Promise((resolve) => setImmediate(resolve));
      });`,
    });
    expect(run.lastLine).toBe('2 passed, 1 failed\n');
    expect(run.passed).toBe(false);
  });

  const skips = `${passes}
    it('gives no reason', ({ skip }) => skip());
    it('misses the lab', ({ skip }) => skip('lab missing: kafka'));
    it('gives a reason', ({ skip }) => skip('needs two disks'));`;

  it('lets a person skip without a reason', async () => {
    const run = await runTests({ 'lib/a.test.ts': skips });
    expect(run.lastLine).toBe('1 passed, 0 failed, 3 skipped\n');
    expect(run.output).toContain('skipped  lib/a.test.ts > gives no reason: no reason given');
    expect(run.passed).toBe(true);
  });

  it('fails in CI for a test that is skipped without a reason, or because the lab is missing', async () => {
    const run = await runTests({ 'lib/a.test.ts': skips }, { CI: 'true' });
    expect(run.lastLine).toBe('1 passed, 2 failed, 1 skipped\n');
    expect(run.output).toContain('NOT RUN  lib/a.test.ts > gives no reason: no reason given');
    expect(run.output).toContain('NOT RUN  lib/a.test.ts > misses the lab: lab missing: kafka');
    expect(run.passed).toBe(false);
  });
});
