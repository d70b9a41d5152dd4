import { beforeAll, describe, expect, it } from 'vitest';
import { plantTree, type Run } from './planted-tree.ts';

const configuration = ['.oxlintrc.json', 'tsconfig.json'];
const plugin = 'test/checks/oxlint-plugin.ts';

const save = 'export async function save(): Promise<void> {}\n';
const lines = (count: number) => Array.from({ length: count }, (_, i) => `  console.error(${i});`).join('\n');
const branches = Array.from({ length: 20 }, (_, i) => `  if (n === ${i}) return ${i + 1};`).join('\n');
const test = `import { expect, it } from 'vitest';\n`;

const planted: Record<string, { source: string; rule: string }> = {
  'lib/floating-promise.ts': { source: `${save}save();`, rule: 'no-floating-promises' },
  'lib/misused-promise.ts': {
    source: `${save}export const all = [1].filter(async () => { await save(); return true; });`,
    rule: 'no-misused-promises',
  },
  'lib/explicit-any.ts': {
    source: 'export function id(value: any): unknown { return value; }',
    rule: 'no-explicit-any',
  },
  'lib/unsafe-any.ts': { source: `export const n: number = JSON.parse('1');`, rule: 'no-unsafe-assignment' },
  'lib/non-null-assertion.ts': {
    source: 'export const first = (all: string[]): string => all[0]!;',
    rule: 'no-non-null-assertion',
  },
  'lib/unused-variable.ts': { source: 'const unused = 1;\nexport const used = 2;', rule: 'no-unused-vars' },
  'lib/switch-not-exhaustive.ts': {
    source: `export function f(x: 'a' | 'b'): number { switch (x) { case 'a': return 1; }\n return 2; }`,
    rule: 'switch-exhaustiveness-check',
  },
  'lib/throws-text.ts': { source: `export function f(): never { throw 'no'; }`, rule: 'only-throw-error' },
  'lib/uses-console.ts': { source: `console.log('hello');`, rule: 'no-console' },
  'lib/left-to-do.ts': { source: '// TODO: the rest\nexport const n = 1;', rule: 'no-warning-comments' },
  'lib/silences-for-nothing.ts': {
    source: '// oxlint-disable-next-line no-console\nexport const n = 1;',
    rule: 'Unused',
  },
  'lib/default-export.ts': { source: 'export default 1;', rule: 'no-default-export' },
  'lib/notKebabCase.ts': { source: 'export const n = 1;', rule: 'filename-case' },
  'lib/too-long.ts': {
    source: Array.from({ length: 401 }, (_, i) => `export const n${i} = ${i};`).join('\n'),
    rule: 'max-lines',
  },
  'lib/function-too-long.ts': {
    source: `export function f() {\n${lines(61)}\n}`,
    rule: 'max-lines-per-function',
  },
  'lib/too-deep.ts': {
    source:
      'export function f(n: number) { if (n) { if (n > 1) { if (n > 2) { if (n > 3) { return 4; } } } }\n return 0; }',
    rule: 'max-depth',
  },
  'lib/too-complex.ts': {
    source: `export function f(n: number): number {\n${branches}\n  return 0;\n}`,
    rule: 'complexity',
  },
  'lib/focused.test.ts': {
    source: `${test}it.only('x', () => { expect(1).toBe(1); });`,
    rule: 'no-focused-tests',
  },
  'lib/skipped.test.ts': {
    source: `${test}it.skip('x', () => { expect(1).toBe(1); });`,
    rule: 'no-disabled-tests',
  },
  'lib/skipped-if.test.ts': {
    source: `${test}it.skipIf(true)('x', () => { expect(1).toBe(1); });`,
    rule: 'no-restricted-properties',
  },
  'services/decision/domain/reads-clock.ts': {
    source: 'export const now = () => Date.now();',
    rule: 'no-restricted-properties',
  },
  'services/decision/domain/makes-date.ts': {
    source: 'export const now = () => new Date();',
    rule: 'no-date-of-now',
  },
  'services/decision/domain/draws.ts': {
    source: 'export const draw = () => Math.random();',
    rule: 'no-restricted-properties',
  },
  'services/decision/domain/draws-id.ts': {
    source: 'export const draw = () => crypto.randomUUID();',
    rule: 'no-restricted-globals',
  },
  'services/decision/domain/waits.ts': {
    source: 'export const wait = (f: () => void) => setTimeout(f, 1);',
    rule: 'no-restricted-globals',
  },
  'services/decision/domain/waits-globally.ts': {
    source: 'export const wait = (f: () => void) => globalThis.setTimeout(f, 1);',
    rule: 'no-restricted-globals',
  },
  'services/decision/handlers/reads-clock.ts': {
    source: 'export const now = () => new Date();',
    rule: 'no-date-of-now',
  },
  'services/decision/workers/waits.ts': {
    source: 'export const wait = (f: () => void) => setTimeout(f, 1);',
    rule: 'no-restricted-globals',
  },
};

const clean = {
  'cli/speaks.ts': `console.log('hello');`,
  'some.config.ts': 'export default {};',
  'lib/clock.ts': 'export const now = () => new Date(Date.now());',
  'lib/skips-with-reason.test.ts': `${test}it('x', ({ skip }) => { skip('needs Linux'); expect(1).toBe(1); });`,
  'services/decision/domain/later.ts': 'export const later = (now: Date) => new Date(now.getTime() + 1);',
  'services/decision/adapters/waits.ts': 'export const wait = (f: () => void) => setTimeout(f, 1);',
  'proto/gen/generated.ts': 'export default function f(x: any) { console.log(x!); }',
};

describe('check:lint', () => {
  let run: Run;
  beforeAll(async () => {
    const sources = Object.entries(planted).map(([path, { source }]) => [path, source] as const);
    using tree = plantTree([...configuration, plugin], Object.fromEntries(sources));
    run = await tree.runScript('check:lint', '--format=unix');
  });

  it.each(Object.entries(planted))('refuses %s', (path, { rule }) => {
    expect(run.passed).toBe(false);
    const found = run.output.split('\n').filter((line) => line.startsWith(`${path}:`));
    expect(found.join('\n')).toContain(rule);
  });

  it('lets a clean tree pass: cli speaks, adapters wait, config exports a default, a reason allows a skip', async () => {
    using tree = plantTree([...configuration, plugin], clean);
    const { passed, output } = await tree.runScript('check:lint');
    expect(output).toContain('0 errors');
    expect(passed).toBe(true);
  });
});
