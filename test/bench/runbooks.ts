import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { compileMatcher, type Matcher, type Trigger } from '#lib/runbook/match-runbook.ts';
import type { CampaignOptions } from '../support/campaign.ts';
import { type Figure, median, printFigure } from './figure.ts';
import { rulesEngineOf } from './runbooks-engine.ts';
import { sampleEvents, sampleFiles, sampleRunbooks } from './runbooks-sample.ts';

const EVENTS = 1_000;

/** Matching and linting of runbooks against their limits. */
export async function runbooksBench({ quick }: CampaignOptions): Promise<boolean> {
  const rounds = quick ? 5 : 15;
  printFigure(await lintFigure(quick ? 3 : 9));
  printFigure(await engineFigure(rounds));
  printFigure(growthFigure(rounds));
  return true;
}

/** Many files, read from disk and linted as `belay runbook lint` does. */
async function lintFigure(rounds: number): Promise<Figure> {
  const folder = mkdtempSync(join(tmpdir(), 'belay-bench-'));
  const files = sampleFiles(1_000);
  try {
    for (const [index, text] of files.entries()) writeFileSync(join(folder, `${index}.yaml`), text);
    const seconds: number[] = [];
    for (let round = 0; round < rounds; round += 1) seconds.push(await lintSeconds(folder, files.length));
    return { name: 'lint-1000-files-seconds', value: median(seconds), goal: 2, atMost: true };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function lintSeconds(folder: string, count: number): Promise<number> {
  const worker = new Worker(new URL('./runbooks-lint.ts', import.meta.url), {
    workerData: { folder, count },
  });
  const [seconds] = (await once(worker, 'message')) as [number];
  return seconds;
}

/** The same events at the same 50 runbooks, in turns, once both have given the same answers. */
async function engineFigure(rounds: number): Promise<Figure> {
  const runbooks = sampleRunbooks(50);
  const events = sampleEvents(runbooks, EVENTS);
  const matcher = compileMatcher(runbooks);
  const engine = rulesEngineOf(runbooks);
  for (const event of events) {
    const ours = matcher.match(event)?.runbook.name;
    const theirs = await engine.match(event);
    if (theirs.length > 1 || theirs[0] !== ours)
      throw new Error(`${JSON.stringify(event)}: ${ours}, and the engine says ${theirs.join()}`);
  }
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const started = performance.now();
    for (const event of events) await engine.match(event);
    const theirsMs = (performance.now() - started) / EVENTS;
    ratios.push(theirsMs / timePerEventMs(matcher, events));
  }
  return { name: 'match-50-runbooks/json-rules-engine', value: median(ratios), goal: 1_000 };
}

/** What an event costs with a hundred times as many runbooks. */
function growthFigure(rounds: number): Figure {
  const [few, many] = [10, 1_000].map((count) => {
    const runbooks = sampleRunbooks(count);
    return { matcher: compileMatcher(runbooks), events: sampleEvents(runbooks, EVENTS) };
  }) as [Matching, Matching];
  for (const { matcher, events } of [few, many]) timePerEventMs(matcher, events);
  const ratios = Array.from({ length: rounds }, () => {
    const fewMs = timePerEventMs(few.matcher, few.events);
    return timePerEventMs(many.matcher, many.events) / fewMs;
  });
  return { name: 'match-1000-runbooks/10-runbooks-time', value: median(ratios), goal: 2, atMost: true };
}

interface Matching {
  readonly matcher: Matcher;
  readonly events: readonly Trigger[];
}

const REPEATS = 300;

function timePerEventMs(matcher: Matcher, events: readonly Trigger[]): number {
  let found = 0;
  const started = performance.now();
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    for (const event of events) if (matcher.match(event)) found += 1;
  }
  const ms = performance.now() - started;
  // Counted, so that none of it is left out as unused.
  if (found === 0) throw new Error('no event found a runbook');
  return ms / (REPEATS * events.length);
}
