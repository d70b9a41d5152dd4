import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { seeded } from '../../test/support/campaign.ts';
import { compileCondition } from './conditions/compile-condition.ts';
import { mutateYaml } from './fixtures/mutate-yaml.ts';
import { randomExpression, randomFacts } from './fixtures/random-expression.ts';
import { lintRunbooks } from './lint-runbooks.ts';
import { loadRunbook } from './load-runbook.ts';
import { printRunbook } from './print-runbook.ts';
import { resolvePlan } from './resolve-plan.ts';

/** The same inputs each time; to hunt: `FUZZ_RUNS=100000 FUZZ_SEED=7 vitest run --project unit lib/runbook/fuzz.test.ts` */
const runs = Number(process.env['FUZZ_RUNS'] ?? 2_000);
const firstSeed = Number(process.env['FUZZ_SEED'] ?? 1);
const timeoutMs = 30_000 + runs * 50;
const MAX_CPU_MS = 50;

const here = new URL('./', import.meta.url).pathname;
const kept = `${here}fixtures/fuzz/`;
const corpus = ['fixtures/good', 'fixtures/bad', 'fixtures/lint', '../../runbooks']
  .flatMap((folder) => globSync(`${here}${folder}/*.yaml`).toSorted())
  .map((file) => readFileSync(file, 'utf8').slice(0, 10_000));

const PROTOTYPES = [Object.prototype, Array.prototype, Function.prototype, String.prototype, Map.prototype];
const propertiesOf = (): string[] => PROTOTYPES.flatMap((one) => Reflect.ownKeys(one).map(String));
const untouched = propertiesOf();

/** Runs each seed; a failure is kept as a case of its own and names the seed that made it. */
function expectAll(
  extension: string,
  make: (seed: number) => string,
  check: (text: string, seed: number) => void,
): void {
  for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
    const text = make(seed);
    try {
      within(text, () => check(text, seed));
    } catch (error) {
      mkdirSync(kept, { recursive: true });
      writeFileSync(`${kept}${seed}.${extension}`, text);
      throw new Error(`FUZZ_SEED=${seed} fails, kept as fixtures/fuzz/${seed}.${extension}`, {
        cause: error,
      });
    }
  }
}

/** Time of this thread: what others on the machine do does not count. A slow run has to be slow three times. */
function within(text: string, run: () => void): void {
  let fastestMs = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 3 && fastestMs > MAX_CPU_MS; attempt += 1) {
    const start = process.threadCpuUsage();
    run();
    const { user, system } = process.threadCpuUsage(start);
    fastestMs = Math.min(fastestMs, (user + system) / 1_000);
  }
  if (fastestMs > MAX_CPU_MS) throw new Error(`took ${fastestMs} ms: ${text.slice(0, 200)}`);
}

function checkYaml(text: string): void {
  const { runbooks, problems, places } = loadRunbook(text, 'fuzz.yaml');
  if (runbooks.length + problems.length === 0) throw new Error('neither a runbook nor a problem');
  for (const { line, column, message } of problems) {
    if (!(line >= 1 && column >= 1 && message !== ''))
      throw new Error(`a problem without a place: ${message}`);
  }
  lintRunbooks(runbooks, { places, now: new Date('2026-11-21T00:00:00Z') });
  for (const runbook of runbooks) {
    expect(loadRunbook(printRunbook(runbook), 'printed.yaml').runbooks[0]).toEqual(runbook);
    resolvePlan(runbook, {
      service: 'a',
      resource: { kind: 'pod', namespace: 'b', name: 'c' },
      context: { count: '${x}' },
    });
  }
}

function checkExpression(text: string, seed: number): void {
  const compiled = compileCondition(text, 'live');
  if (!compiled.ok) return;
  const random = seeded(seed + 1);
  const { condition } = compiled;
  const blind = condition.judge({}).holds;
  for (let round = 0; round < 5; round += 1) {
    const { holds } = condition.judge(randomFacts(random));
    // Folding and judging are two ways to the same answer, and facts add to an answer without turning it.
    const others = [condition.constant, blind].filter((one) => one === true || one === false);
    if (holds !== 'unknown' && others.some((one) => one !== holds))
      throw new Error(`${String(holds)}, and ${others.join()} before: ${text}`);
  }
}

describe(`${runs} random inputs from seed ${firstSeed}`, () => {
  it(
    'of mutated YAML: no crash, no hang, what loads prints and loads again',
    () => expectAll('yaml', (seed) => mutateYaml(seeded(seed), corpus), checkYaml),
    timeoutMs,
  );

  it(
    'of expressions: no crash, no hang, what is folded is what is judged',
    () => expectAll('cel', (seed) => randomExpression(seeded(seed)), checkExpression),
    timeoutMs,
  );

  it('no prototype has changed', () => {
    expect(propertiesOf()).toEqual(untouched);
    expect(({} as { isAdmin?: unknown }).isAdmin).toBeUndefined();
  });
});

describe('what once failed', () => {
  const cases = globSync('*.{yaml,cel}', { cwd: kept }).toSorted();

  it.each(cases)('%s', (file) => {
    const text = readFileSync(`${kept}${file}`, 'utf8');
    within(text, () => (file.endsWith('.yaml') ? checkYaml(text) : checkExpression(text, 1)));
    expect(propertiesOf()).toEqual(untouched);
  });
});
