import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PlantedTree, plantTree } from './planted-tree.ts';

const file = 'proto/belay/v1/ping.proto';
const released = `syntax = "proto3";

package belay.v1;

message Ping {
  string id = 1;
  string reason = 2;
}
`;

describe('check:proto', () => {
  let tree: PlantedTree;
  beforeAll(async () => {
    const configuration = ['buf.yaml', 'buf.gen.yaml', 'test/checks/proto-drift.ts'];
    tree = plantTree(configuration, { [file]: released });
    await prepare('proto:baseline');
  });
  afterAll(() => tree[Symbol.dispose]());

  const prepare = async (script: string) => {
    const { passed, output } = await tree.runScript(script);
    if (!passed) throw new Error(output);
  };
  const generateFrom = async (source: string) => {
    tree.write({ [file]: source });
    await prepare('proto');
  };

  it('lets pass what adds to the released contract', async () => {
    await generateFrom(released.replace('}', '  string note = 3;\n}'));
    expect(await tree.runScript('check:proto')).toMatchObject({ passed: true, output: '' });
  });

  it('refuses that a released field goes, and names it', async () => {
    await generateFrom(released.replace('  string reason = 2;\n', ''));
    const { passed, output } = await tree.runScript('check:proto');
    expect(passed).toBe(false);
    expect(output).toContain(
      `${file.slice('proto/'.length)}:5:1:Previously present field "2" with name "reason"`,
    );
  });

  it('refuses what the style of buf does not allow, and names it', async () => {
    await generateFrom(released.replace('}', '  string someNote = 3;\n}'));
    const { passed, output } = await tree.runScript('check:proto');
    expect(passed).toBe(false);
    expect(output).toMatch(/ping\.proto:8:.*"someNote" should be lower_snake_case/);
  });

  it('refuses generated code that was edited by hand', async () => {
    await generateFrom(released);
    tree.write({ 'proto/gen/belay/v1/ping.ts': 'export const edited = 1;\n' });
    const { passed, output } = await tree.runScript('check:proto');
    expect(passed).toBe(false);
    expect(output).toContain('-export const edited = 1;');
    expect(output).toContain('npm run proto');
  });

  it('refuses generated code whose .proto file is gone', async () => {
    await generateFrom(released);
    tree.write({ 'proto/gen/belay/v1/gone.ts': 'export const gone = 1;\n' });
    const { passed, output } = await tree.runScript('check:proto');
    expect(passed).toBe(false);
    expect(output).toContain('gone.ts');
  });
});
