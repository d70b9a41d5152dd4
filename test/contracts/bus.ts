import { describe } from 'vitest';
import type { Bus } from '#lib/bus/bus.ts';
import { groupCases } from './bus/group-cases.ts';
import { memberCases } from './bus/member-cases.ts';
import { recordCases } from './bus/record-cases.ts';
import { replayCases } from './bus/replay-cases.ts';
import { workbench } from './bus/workbench.ts';

/** What every bus keeps. `open` gives a client of one and the same empty log. */
export function busContract(name: string, open: () => Promise<Bus>): void {
  describe(`bus contract: ${name}`, () => {
    const bench = workbench(open);
    recordCases(bench);
    groupCases(bench);
    memberCases(bench);
    replayCases(bench);
  });
}
