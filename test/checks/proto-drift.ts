import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';

/** Runs `npm run proto` on a copy and compares: nobody edits proto/gen by hand or forgets to generate it. */
const folder = mkdtempSync(join(tmpdir(), 'belay-proto-'));
const generated = join('proto', 'gen');
try {
  for (const path of ['package.json', 'buf.yaml', 'buf.gen.yaml', 'proto']) {
    cpSync(path, join(folder, path), {
      recursive: true,
      filter: (from) => relative('.', from) !== generated,
    });
  }
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  execFileSync(process.execPath, ['--run', 'proto'], { cwd: folder, stdio: 'inherit' });

  const compare = ['diff', '--no-index', generated, join(folder, generated)];
  const { status, error } = spawnSync('git', compare, { stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) {
    console.error('proto/gen is not what the .proto files generate. Run: npm run proto');
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}
