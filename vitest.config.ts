import { defineConfig } from 'vitest/config';
import { SummaryReporter } from './test/summary-reporter.ts';

// One project per kind of test: `unit` needs nothing, the others start real servers from test/lab.
const project = (name: string, include: string[], timeoutMs: number) => ({
  extends: true as const,
  test: { name, include, testTimeout: timeoutMs, hookTimeout: Math.max(timeoutMs, 60_000) },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', ['lib/**/*.test.ts', 'cli/**/*.test.ts', 'services/**/*.test.ts'], 10_000),
      project('lab', ['test/lab/**/*.test.ts'], 120_000),
      project('integration', ['test/integration/**/*.test.ts'], 120_000),
      project('e2e', ['test/e2e/**/*.test.ts'], 180_000),
      project('checks', ['test/checks/**/*.test.ts'], 120_000),
    ],
    exclude: ['**/node_modules/**', 'dist/**', '.belay/**'],
    reporters: [['default', { summary: false }], new SummaryReporter()],
    // Where real servers and tools run, a second is nothing to report.
    slowTestThreshold: 5_000,
    // Real servers and two cores: more workers only make timings worse.
    maxWorkers: 2,
  },
});
