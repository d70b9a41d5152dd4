#!/usr/bin/env node
// Plain JavaScript of the oldest kind that Node loads as a module: a Node that cannot run TypeScript refuses
// belay.ts before its first line, with a stack trace that helps nobody.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major > 22 || (major === 22 && minor >= 18)) {
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
