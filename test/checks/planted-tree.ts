import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const checkout = join(import.meta.dirname, '..', '..');

/** A tool that hangs must fail its test and not outlive it. */
const deadlineMs = 60_000;

/** Text by path. */
export type Files = Readonly<Record<string, string>>;

export interface Run {
  readonly passed: boolean;
  /** Both streams. Which of them was read first says nothing. */
  readonly output: string;
  readonly stdout: string;
}

export interface PlantedTree extends Disposable {
  write(files: Files): void;
  /** As `npm run` would, with the script's text from the planted package.json. */
  runScript(name: string, ...args: string[]): Promise<Run>;
  run(command: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Run>;
}

/** A small tree of its own under the project's real configuration, to see whether a check can fail. */
export function plantTree(configuration: readonly string[], files: Files): PlantedTree {
  const folder = mkdtempSync(join(tmpdir(), 'belay-checks-'));
  symlinkSync(join(checkout, 'node_modules'), join(folder, 'node_modules'));
  for (const path of ['package.json', ...configuration]) cpSync(join(checkout, path), join(folder, path));

  const write = (added: Files) => {
    for (const [path, text] of Object.entries(added)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  };
  write(files);
  return {
    write,
    runScript: (name, ...args) => run(folder, process.execPath, ['--run', name, '--', ...args], {}),
    run: (command, args, env = {}) => run(folder, join(folder, 'node_modules', '.bin', command), args, env),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

function run(
  folder: string,
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Run> {
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...ownEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, to end what the script has started with it.
    detached: true,
  });
  const deadline = setTimeout(() => process.kill(-Number(child.pid), 'SIGKILL'), deadlineMs);
  let [output, stdout] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(deadline);
      if (signal === null) resolve({ passed: code === 0, output, stdout });
      else reject(new Error(`${command} ${args.join(' ')}: ended by ${signal}\n${output}`));
    });
  });
}

/** Without what this test run, or the machine it runs on, would change in the tools. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|NODE_ENV$|NODE_OPTIONS$|CI$|FORCE_COLOR$|GITHUB_)/.test(name),
  );
  return { ...Object.fromEntries(kept), NO_COLOR: '1' };
}
