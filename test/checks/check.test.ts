import { describe, expect, it } from 'vitest';
import { plantTree } from './planted-tree.ts';

const script = (scripts: Record<string, string>) => ({
  'package.json': JSON.stringify({ type: 'module', scripts: { check: 'node test/check.ts', ...scripts } }),
});

describe('npm run check', () => {
  it('runs every check: script, shows the output of those that fail and how to run them alone', async () => {
    using tree = plantTree(
      ['test/check.ts'],
      script({
        'check:one': 'echo one is fine',
        'check:two': 'echo two is broken && echo two has an error >&2 && exit 3',
        'check:three': 'exit 4',
        other: 'exit 1',
      }),
    );
    const { passed, output } = await tree.runScript('check');
    expect(passed).toBe(false);
    expect(output).toMatch(/^ok {6}check:one +\d+\.\d s$/m);
    expect(output).toMatch(/^FAILED {2}check:two +\d+\.\d s$/m);
    expect(output).not.toContain('one is fine');
    expect(output).toContain('--- check:two, alone: npm run check:two\ntwo is broken\ntwo has an error\n');
    expect(output).toMatch(/2 of 3 checks failed: check:(two|three), check:(two|three)\n$/);
  });

  it('passes when all do, and says no more than a line for each', async () => {
    using tree = plantTree(['test/check.ts'], script({ 'check:one': 'echo fine', 'check:two': 'true' }));
    const { passed, output } = await tree.runScript('check');
    expect(output.trimEnd().split('\n')).toHaveLength(2);
    expect(passed).toBe(true);
  });

  it('fails when there is nothing to check', async () => {
    using tree = plantTree(['test/check.ts'], script({}));
    expect(await tree.runScript('check')).toMatchObject({ passed: false });
  });

  it('runs no more than two at once', async () => {
    const busy = 'mkdir -p on/$$ && test $(ls on | wc -l) -le 2; code=$?; sleep 0.1; rmdir on/$$; exit $code';
    const names = ['a', 'b', 'c', 'd', 'e'].map((name) => [`check:${name}`, busy] as const);
    using tree = plantTree(['test/check.ts'], script(Object.fromEntries(names)));
    expect(await tree.runScript('check')).toMatchObject({ passed: true });
  });
});
