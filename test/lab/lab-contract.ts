import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pollUntil } from './poll-until.ts';
import type { LabServer } from './server.ts';

export interface LabSubject<S extends LabServer> {
  readonly start: () => Promise<S>;
  /** Writes through a real client what `read` must find again. */
  readonly write: (server: S) => Promise<void>;
  readonly read: (server: S) => Promise<unknown>;
  readonly expected: unknown;
}

const pausedForMs = 1_500;

/** What every server of the lab promises. The tests follow one life of one server. */
export function describeLabServer<S extends LabServer>(name: string, subject: LabSubject<S>): void {
  describe(`the server ${name}`, () => {
    let server: S;
    beforeAll(async () => {
      server = await subject.start();
    });
    afterAll(() => server?.stop());

    it('serves a real client', async () => {
      await subject.write(server);
      expect(await subject.read(server)).toEqual(subject.expected);
    });

    it('keeps its data through a kill and a restart', async () => {
      await server.kill();
      expect(runningIn(folderOf(server))).toEqual([]);
      await server.restart();
      expect(await subject.read(server)).toEqual(subject.expected);
    });

    it('restarts while it runs', async () => {
      await server.restart();
      expect(await subject.read(server)).toEqual(subject.expected);
    });

    it('answers nobody while paused, and everybody after', async () => {
      server.pause();
      const answer = subject.read(server).then(
        () => 'answered',
        () => 'failed',
      );
      const deadline = new Promise((resolve) => setTimeout(resolve, pausedForMs, 'silent'));
      expect(await Promise.race([answer, deadline])).not.toBe('answered');
      server.resume();
      await answer;
      const again = await pollUntil(() => subject.read(server), { timeoutMs: 10_000 });
      expect(again).toEqual(subject.expected);
    });

    it('leaves neither process nor folder behind, stopped once or twice', async () => {
      const folder = folderOf(server);
      expect(runningIn(folder)).not.toEqual([]);
      await server.stop();
      await server.stop();
      expect(runningIn(folder)).toEqual([]);
      expect(existsSync(`${folder}/data`)).toBe(false);
    });
  });
}

function folderOf(server: LabServer): string {
  return dirname(server.logFile);
}

/** The processes that work in a folder, also when the folder itself is gone. */
export function runningIn(folder: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && workingFolder(pid).startsWith(folder));
}

function workingFolder(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    // It has ended, or is a zombie that has no folder any more.
    return '';
  }
}
