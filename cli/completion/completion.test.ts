import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyFolder, removeFolders, runBelay } from '../fixtures/run-belay.ts';

afterAll(removeFolders);

const has = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0;

const folder = emptyFolder();
const scripts = new Map<string, string>();
beforeAll(async () => {
  await Promise.all(
    ['bash', 'zsh', 'fish'].map(async (shell) => {
      const { stdout } = await runBelay(['completion', shell]);
      const file = join(folder, `belay.${shell}`);
      writeFileSync(file, stdout);
      scripts.set(shell, file);
    }),
  );
});

/** What bash offers for the last word, with the words split as its line editor splits them. */
function inBash(...words: string[]): string[] {
  const script = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _belay; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const options = { encoding: 'utf8', cwd: folder } as const;
  const out = execFileSync('bash', ['-c', script, scripts.get('bash') ?? '', 'belay', ...words], options);
  return out.split('\n').filter((line) => line !== '');
}

function inFish(line: string): string[] {
  const script = `source ${scripts.get('fish')}; complete --do-complete '${line}'`;
  const out = execFileSync('fish', ['--no-config', '-c', script], { encoding: 'utf8', cwd: folder });
  return out.split('\n').flatMap((text) => text.split('\t')[0] || []);
}

describe('completion in bash', () => {
  it('offers the commands', (ctx) => {
    if (!has('bash')) ctx.skip('no bash here');
    expect(inBash('')).toEqual(
      expect.arrayContaining(['up', 'serve', 'doctor', 'completion', 'version', '--output']),
    );
    expect(inBash('ver')).toEqual(['version']);
  });

  it('offers the arguments and options of the command that was typed', (ctx) => {
    if (!has('bash')) ctx.skip('no bash here');
    expect(inBash('serve', 'de')).toEqual(['detector-adapter', 'decision']);
    expect(inBash('up', '--')).toEqual(
      expect.arrayContaining(['--port', '--data-dir', '--context', '--help']),
    );
    expect(inBash('kill-switch', 'en')).toEqual(['engage']);
    expect(inBash('doctor', '--p')).toEqual([]);
  });

  it('finds the command behind options and their values', (ctx) => {
    if (!has('bash')) ctx.skip('no bash here');
    expect(inBash('-o', 'json', '--utc', 'completion', '')).toEqual(
      expect.arrayContaining(['bash', 'zsh', 'fish']),
    );
    expect(inBash('--context', 'up', 'comp')).toEqual(['completion']);
  });

  it('offers the choices of an option, also behind an equals sign', (ctx) => {
    if (!has('bash')) ctx.skip('no bash here');
    expect(inBash('version', '-o', '')).toEqual(['table', 'wide', 'json', 'yaml', 'name']);
    expect(inBash('version', '--color', 'al')).toEqual(['always']);
    expect(inBash('version', '--output', '=', 'js')).toEqual(['json']);
    expect(inBash('version', '--output', '=')).toEqual(['table', 'wide', 'json', 'yaml', 'name']);
  });

  it('leaves paths to the shell', (ctx) => {
    if (!has('bash')) ctx.skip('no bash here');
    expect(inBash('doctor', '--config', '')).toEqual([]);
  });
});

describe('completion in fish', () => {
  it('offers commands, arguments, options and choices where they fit', (ctx) => {
    if (!has('fish')) ctx.skip('no fish here');
    expect(inFish('belay ')).toEqual(expect.arrayContaining(['up', 'serve', 'doctor']));
    expect(inFish('belay serve de')).toEqual(expect.arrayContaining(['decision', 'detector-adapter']));
    expect(inFish('belay up --po')).toEqual(['--port']);
    expect(inFish('belay version --output ')).toEqual(expect.arrayContaining(['json', 'yaml']));
    expect(inFish('belay doctor comp')).toEqual([]);
  });
});

describe('completion in zsh', () => {
  it('is a script that zsh reads', (ctx) => {
    if (!has('zsh')) ctx.skip('no zsh here');
    expect(spawnSync('zsh', ['-n', scripts.get('zsh') ?? '']).status).toBe(0);
  });
});
