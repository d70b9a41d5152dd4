import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Files, plantTree, type Run } from './planted-tree.ts';

const configuration = [
  'knip.json',
  'tsconfig.json',
  '.oxlintrc.json',
  '.dependency-cruiser.cjs',
  'biome.json',
];

interface PackageJson {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** The checks it has, the dependencies that the tree needs, and those that `more` adds. */
function packageJson(...more: string[]): string {
  const real = JSON.parse(readFileSync('package.json', 'utf8')) as PackageJson;
  const own = Object.entries(real.dependencies).filter(([name]) => ['zod', ...more].includes(name));
  const script = 'check:dead-code';
  const planted = {
    ...real,
    scripts: { [script]: real.scripts[script] },
    dependencies: Object.fromEntries(own),
    devDependencies: { knip: '*' },
  };
  return JSON.stringify(planted);
}

const clean: Files = {
  'package.json': packageJson(),
  'cli/belay.ts': `import { limits } from '#lib/limits.ts';\nconsole.log(limits);\n`,
  'services/audit/main.ts': `import { z } from 'zod';\nconsole.log(z);\n`,
  'lib/limits.ts': 'export const limits = [1];\n',
  'proto/gen/ping.ts': 'export const ping = 1;\n',
};

describe('check:dead-code', () => {
  let run: Run;
  beforeAll(async () => {
    using tree = plantTree(configuration, {
      ...clean,
      'package.json': packageJson('yaml'),
      'cli/belay.ts': `${clean['cli/belay.ts']}import 'acorn';\nimport '#lib/gone.ts';\n`,
      'lib/limits.ts': `${clean['lib/limits.ts']}export const forgotten = 2;\nexport type Forgotten = 1;\n`,
      'lib/unused-file.ts': 'export const unused = 1;\n',
    });
    run = await tree.runScript('check:dead-code', '--reporter=compact');
  });

  it.each([
    ['a file that nothing leads to', /Unused files[^]*lib\/unused-file\.ts/],
    ['an export that nobody imports', /Unused exports[^]*lib\/limits\.ts.*forgotten/],
    ['an exported type that nobody imports', /Unused exported types[^]*lib\/limits\.ts.*Forgotten/],
    ['a dependency that nobody imports', /Unused dependencies[^]*yaml/],
    ['an import of what package.json does not list', /Unlisted dependencies[^]*acorn/],
    ['an import that leads nowhere', /Unresolved imports[^]*#lib\/gone\.ts/],
  ])('refuses %s', (_, found) => {
    expect(run.passed).toBe(false);
    expect(run.output).toMatch(found);
  });

  it('lets a clean tree pass, whatever the generated code exports', async () => {
    using tree = plantTree(configuration, clean);
    const { passed, output } = await tree.runScript('check:dead-code', '--no-config-hints');
    expect(output).toBe('');
    expect(passed).toBe(true);
  });
});
