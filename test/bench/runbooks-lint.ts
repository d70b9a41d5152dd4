import { parentPort, workerData } from 'node:worker_threads';
import { lintRunbooks } from '#lib/runbook/lint-runbooks.ts';
import { loadRunbookFiles } from '#lib/runbook/load-runbook.ts';

/** A thread of its own, so that each round begins with code that has not run before, as at a command line. */
const { folder, count } = workerData as { readonly folder: string; readonly count: number };
const started = performance.now();
const { runbooks, problems, places } = await loadRunbookFiles([folder]);
const [first] = [...problems, ...lintRunbooks(runbooks, { places, now: new Date() })];
const seconds = (performance.now() - started) / 1_000;
if (first || runbooks.length !== count)
  throw new Error(`${runbooks.length} of ${count} runbooks load: ${first?.message}`);
parentPort?.postMessage(seconds);
