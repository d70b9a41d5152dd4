import { describe, expect, it } from 'vitest';
import { plantTree } from './planted-tree.ts';

const configuration = ['biome.json', 'buf.yaml', '.gitignore'];
const proto = `syntax = "proto3";\n\npackage belay.v1;\n\nmessage Ping {\n  string id = 1;\n}\n`;

describe('check:format', () => {
  it('lets a clean tree pass, whatever the generated code looks like', async () => {
    using tree = plantTree(configuration, {
      'lib/limits.ts': `export const limits = ['one'];\n`,
      'proto/belay/v1/ping.proto': proto,
      'proto/gen/ping.ts': `export const ping   = "x"`,
    });
    expect(await tree.runScript('check:format')).toMatchObject({ passed: true });
  });

  it('refuses TypeScript that is not formatted, and names the file', async () => {
    using tree = plantTree(configuration, {
      'lib/limits.ts': `export const limits = [ "one" ]`,
      'proto/belay/v1/ping.proto': proto,
    });
    const { passed, output } = await tree.runScript('check:format');
    expect(passed).toBe(false);
    expect(output).toContain('lib/limits.ts format');
  });

  it('refuses a .proto file that is not formatted, and names it', async () => {
    using tree = plantTree(configuration, {
      'lib/limits.ts': `export const limits = ['one'];\n`,
      'proto/belay/v1/ping.proto': proto.replace('  string', 'string'),
    });
    const { passed, output } = await tree.runScript('check:format');
    expect(passed).toBe(false);
    expect(output).toContain('belay/v1/ping.proto');
  });
});
