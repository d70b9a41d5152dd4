import { beforeAll, describe, expect, it } from 'vitest';
import { plantTree, type Run } from './planted-tree.ts';

const clean = {
  'lib/limits.ts': `export const limits: readonly number[] = [1, 2];\n`,
  'services/decision/service.ts': `import { limits } from '#lib/limits.ts';\nexport const first = limits[0] ?? 0;\n`,
};

const planted: Record<string, { source: string; error: string }> = {
  'lib/wrong-type.ts': { source: `export const n: number = 'one';`, error: 'TS2322' },
  'lib/unchecked-index.ts': {
    source: `import { limits } from '#lib/limits.ts';\nexport const n: number = limits[0];`,
    error: 'TS2322',
  },
  'lib/missing-module.ts': { source: `export { gone } from '#lib/gone.ts';`, error: 'TS2307' },
  'lib/not-erasable.ts': { source: `export enum Mode { Auto }`, error: 'TS1294' },
};

describe('check:types', () => {
  let run: Run;
  beforeAll(async () => {
    const sources = Object.entries(planted).map(([path, { source }]) => [path, source] as const);
    using tree = plantTree(['tsconfig.json'], { ...clean, ...Object.fromEntries(sources) });
    run = await tree.runScript('check:types');
  });

  it.each(Object.entries(planted))('refuses %s', (path, { error }) => {
    expect(run.passed).toBe(false);
    expect(run.output).toMatch(new RegExp(`^${path}\\(.*${error}`, 'm'));
  });

  it('lets a clean tree pass, through #lib too', async () => {
    using tree = plantTree(['tsconfig.json'], clean);
    expect(await tree.runScript('check:types')).toMatchObject({ passed: true, output: '' });
  });
});
