import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startRedis } from './redis.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe('a start that fails', () => {
  it('says why, with the end of the log, and keeps the log', async () => {
    const kept = logsSaidToBeKept();
    await expect(startRedis({ args: ['--nonsense', 'yes'] })).rejects.toThrow(
      /redis did not start: it ended with 1\n--- .*redis\.log\n[^]*Bad directive/,
    );
    expect(readFileSync(kept[0] ?? '', 'utf8')).toContain('nonsense');
    expect(existsSync(`${dirname(kept[0] ?? '')}/data`)).toBe(false);
    rmSync(dirname(kept[0] ?? ''), { recursive: true });
  });
});

describe('LAB_KEEP_LOGS', () => {
  it('keeps the log of a server that is stopped, and says where', async () => {
    vi.stubEnv('LAB_KEEP_LOGS', '1');
    const kept = logsSaidToBeKept();
    const redis = await startRedis();
    await redis.stop();
    expect(kept).toEqual([redis.logFile]);
    expect(existsSync(redis.logFile)).toBe(true);
    rmSync(dirname(redis.logFile), { recursive: true });
  });
});

function logsSaidToBeKept(): string[] {
  const paths: string[] = [];
  vi.spyOn(console, 'error').mockImplementation((line: string) => {
    paths.push(line.replace(/^lab: log of redis kept: /, ''));
  });
  return paths;
}
