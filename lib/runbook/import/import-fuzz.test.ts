import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { seeded } from '../../../test/support/campaign.ts';
import { mutateYaml } from '../fixtures/mutate-yaml.ts';
import { loadRunbook } from '../load-runbook.ts';
import { importRunbooks } from './import-runbooks.ts';

/** The same inputs each time; to hunt: `FUZZ_RUNS=100000 FUZZ_SEED=7 vitest run lib/runbook/import/import-fuzz.test.ts` */
const runs = Number(process.env['FUZZ_RUNS'] ?? 1_000);
const firstSeed = Number(process.env['FUZZ_SEED'] ?? 1);
const timeoutMs = 30_000 + runs * 50;
const MAX_CPU_MS = 100;

const folder = new URL('fixtures/', import.meta.url).pathname;
const corpus = globSync('*.{yaml,json}', { cwd: folder })
  .filter((file) => !file.includes('.golden.'))
  .toSorted()
  .map((file) => readFileSync(`${folder}${file}`, 'utf8'));

const PROTOTYPES = [Object.prototype, Array.prototype, Function.prototype, String.prototype, Map.prototype];
const propertiesOf = (): string[] => PROTOTYPES.flatMap((one) => Reflect.ownKeys(one).map(String));
const untouched = propertiesOf();

/** What a machine would do on its own has to have been in the lab's hands, at low risk. */
function expectSafe(text: string): void {
  const { runbooks, warnings, problems } = importRunbooks(text, 'fuzz.yaml');
  if (runbooks.length === 0 && problems.length === 0) throw new Error('neither a runbook nor a problem');
  for (const { line, column, message } of [...warnings, ...problems]) {
    if (!(line >= 1 && column >= 1 && message !== '')) throw new Error(`without a place: ${message}`);
  }
  for (const runbook of runbooks) {
    const loaded = loadRunbook(runbook.text, 'imported.yaml');
    if (loaded.problems.length > 0 && warnings.length === 0)
      throw new Error('does not load, and nobody says so');
    for (const { decisionMode, risk } of loaded.runbooks)
      if (decisionMode !== 'approval_required' && risk !== 'low')
        throw new Error(`${risk} is ${decisionMode}`);
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

/** Changes within the structure, where changes of the text would mostly break the syntax. */
function mutateValues(random: () => number, text: string): string {
  return text.replace(/"[^"\n]*"|\b\d+\b|\b[A-Za-z][\w.-]+\b(?!\s*:)/g, (word) => {
    if (random() > 0.05) return word;
    return VALUES[Math.floor(random() * VALUES.length)] ?? word;
  });
}

const VALUES = [
  'null',
  '-1',
  '0',
  '1e21',
  'true',
  '"${SERVICE}"',
  '"{{ x.y }}"',
  '"{pod_name}"',
  '"{{"',
  '[]',
  '{}',
  '[[1]]',
  '"__proto__"',
  '"constructor"',
  '"toString"',
  '"\\u0000"',
  '"\\u202e"',
  '"PT0S"',
  '"step:a"',
  '{"a": {"b": [null]}}',
  '"aws:lambda:{x}"',
  '"kubectl delete pod {constructor} -n {namespace}"',
  '"$.services[0].constructor"',
];

describe(`${runs} mutations from seed ${firstSeed}`, () => {
  it.each([
    ['text', (random: () => number) => mutateYaml(random, corpus)],
    [
      'values',
      (random: () => number) => mutateValues(random, corpus[Math.floor(random() * corpus.length)] ?? ''),
    ],
  ] as const)(
    'of %s: no crash, no hang, nothing that acts alone by accident',
    (_, make) => {
      for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
        const text = make(seeded(seed));
        try {
          within(text, () => expectSafe(text));
        } catch (error) {
          throw new Error(`FUZZ_SEED=${seed} fails on\n${text}`, { cause: error });
        }
      }
    },
    timeoutMs,
  );

  it('no prototype has changed', () => {
    expect(propertiesOf()).toEqual(untouched);
    expect(({} as { isAdmin?: unknown }).isAdmin).toBeUndefined();
  });
});
