import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { emptyFolder, removeFolders } from '../fixtures/run-belay.ts';
import { commitOf } from './version.ts';

afterAll(removeFolders);

const git = (folder: string, ...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.com', '-C', folder, ...args], {
    encoding: 'utf8',
  });

describe('the commit', () => {
  it('is that of the clone', () => {
    const clone = emptyFolder();
    git(clone, 'init', '--quiet');
    expect(commitOf(clone)).toBeUndefined();
    git(clone, 'commit', '--quiet', '--allow-empty', '-m', 'x');
    expect(commitOf(clone)).toBe(git(clone, 'rev-parse', 'HEAD').trim());
  });

  it('is not that of a repository around an installed package', () => {
    const outer = emptyFolder();
    git(outer, 'init', '--quiet');
    git(outer, 'commit', '--quiet', '--allow-empty', '-m', 'x');
    const installed = join(outer, 'node_modules', 'belay');
    mkdirSync(installed, { recursive: true });
    expect(commitOf(installed)).toBeUndefined();
  });
});
