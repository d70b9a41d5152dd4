import { expect, it } from 'vitest';
import { gather } from './gather.ts';

it('writes together what comes together, and what comes meanwhile next', async () => {
  const written: (readonly number[])[] = [];
  const first = Promise.withResolvers<void>();
  const note = gather<number>(async (items) => {
    written.push(items);
    if (written.length === 1) await first.promise;
  });
  const early = [note(1), note(2)];
  await expect.poll(() => written).toEqual([[1, 2]]);
  const late = [note(3), note(4)];
  first.resolve();
  await Promise.all([...early, ...late]);
  expect(written).toEqual([
    [1, 2],
    [3, 4],
  ]);
});

it('says to all of them that none was written, and goes on', async () => {
  let isAway = true;
  const note = gather<number>(async () => {
    if (isAway) throw new Error('the store is away');
  });
  const both = await Promise.allSettled([note(1), note(2)]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  isAway = false;
  await expect(note(1)).resolves.toBeUndefined();
});
