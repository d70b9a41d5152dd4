import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Locked {
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

describe('package-lock.json', () => {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Locked> };

  it('names no registry: npm takes the one that it is configured for', () => {
    const named = Object.entries(lock.packages).filter(([, { resolved }]) => resolved !== undefined);
    expect(named).toEqual([]);
  });

  // Otherwise npm ci asks the registry, finds what the lock does not have, and refuses the whole lock.
  it('has every package that another one names, those for other platforms too', () => {
    const missing = Object.entries(lock.packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
      Object.keys({ ...dependencies, ...optionalDependencies }).filter((name) => !resolves(name, path)),
    );
    expect(missing).toEqual([]);
  });

  function resolves(name: string, from: string): boolean {
    if (`${from && `${from}/`}node_modules/${name}` in lock.packages) return true;
    return from !== '' && resolves(name, from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))));
  }
});

describe('the belay command', () => {
  it('can be started by npx from the clone, on the Node that npm has installed', () => {
    const { bin } = JSON.parse(readFileSync('package.json', 'utf8')) as { bin: { belay: string } };
    expect(readFileSync(bin.belay, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect(statSync(bin.belay).mode & 0o111).toBe(0o111);
    const version = execFileSync('node_modules/.bin/node', ['--version'], { encoding: 'utf8' });
    expect(version).toMatch(/^v24\./);
  });
});
