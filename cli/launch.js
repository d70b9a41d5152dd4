#!/usr/bin/env node
// Plain JavaScript that every Node loads: one that cannot run TypeScript refuses belay.ts before its first
// line, with a stack trace that helps nobody.
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import v8 from 'node:v8';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major > 22 || (major === 22 && minor >= 18)) {
  // Stripping types takes longer than most commands. Not in the default folder: that is below /tmp, where
  // somebody else may have put code for us to run. Without a folder to write to, all of this does nothing.
  module.enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'belay'));
  // A small young generation keeps what mostly waits a quarter smaller in memory. What is served alone has work to
  // do, and would spend a quarter of its time on collecting.
  if (!process.argv.includes('serve')) {
    v8.setFlagsFromString('--max-semi-space-size=1');
    v8.setFlagsFromString('--semi-space-growth-factor=1');
  }
  await import('./belay.ts');
} else {
  process.stderr.write(
    [
      `error: this Node is too old for Belay: ${process.version}`,
      '  why:  Belay needs Node 22.18 or newer',
      '  next: npm ci, which brings a Node that fits, then start it as: npx --no belay',
      '  code: NODE_TOO_OLD',
      '',
    ].join('\n'),
  );
  process.exitCode = 1;
}
