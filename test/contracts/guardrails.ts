import { describe } from 'vitest';
import type { Guardrails } from '../../services/decision/ports.ts';
import { circuitCases } from './guardrails/circuit-cases.ts';
import { counterCases } from './guardrails/counter-cases.ts';
import { grantCases } from './guardrails/grant-cases.ts';
import { limitCases } from './guardrails/limit-cases.ts';
import { raceCases } from './guardrails/race-cases.ts';
import { rebuildCases } from './guardrails/rebuild-cases.ts';
import { resetCases } from './guardrails/reset-cases.ts';
import { slotCases } from './guardrails/slot-cases.ts';
import { withdrawCases } from './guardrails/withdraw-cases.ts';
import { stormCases } from './guardrails/storm-cases.ts';
import { workbench } from './guardrails/workbench.ts';

/** What every guardrail store keeps. `open` gives one that is empty, not yet ready, and takes any clock. */
export function guardrailsContract(name: string, open: () => Promise<Guardrails>): void {
  describe(`guardrails contract: ${name}`, () => {
    const bench = workbench(open);
    slotCases(bench);
    grantCases(bench);
    limitCases(bench);
    circuitCases(bench);
    resetCases(bench);
    counterCases(bench);
    rebuildCases(bench);
    stormCases(bench);
    raceCases(bench);
    withdrawCases(bench);
  });
}
