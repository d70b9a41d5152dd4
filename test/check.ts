import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Runs every `check:` script of package.json, a few at a time, and shows what those that failed had to say. */
const atOnce = 2;

interface Outcome {
  readonly name: string;
  readonly passed: boolean;
  readonly output: string;
}

const names = checkNames();
const outcomes = await runAll([...names]);
const failed = outcomes.filter(({ passed }) => !passed);
for (const { name, output } of failed) {
  console.log(`\n--- ${name}, alone: npm run ${name}\n${output.trimEnd()}`);
}
if (failed.length > 0) {
  const list = failed.map(({ name }) => name).join(', ');
  console.log(`\n${failed.length} of ${names.length} checks failed: ${list}`);
  process.exitCode = 1;
}

function checkNames(): string[] {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  const found = Object.keys(scripts).filter((name) => name.startsWith('check:'));
  if (found.length === 0) throw new Error('package.json has no check: script');
  return found;
}

async function runAll(waiting: string[]): Promise<Outcome[]> {
  const done: Outcome[] = [];
  const worker = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) done.push(await run(name));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return done;
}

function run(name: string): Promise<Outcome> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, ['--run', name], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const collect = (text: string) => {
    output += text;
  };
  child.stdout.setEncoding('utf8').on('data', collect);
  child.stderr.setEncoding('utf8').on('data', collect);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'}  ${name.padEnd(20)}${seconds.padStart(5)} s`);
      resolve({ name, passed: code === 0, output });
    });
  });
}
