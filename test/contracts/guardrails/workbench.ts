import { beforeEach } from 'vitest';
import type { Guardrails, Settlement, Slot } from '../../../services/decision/ports.ts';
import { aboutOf, at, slotWants, type WantsChange } from '../../support/slot-wants.ts';

export type Workbench = ReturnType<typeof workbench>;

/** Short ways to say what the cases do. Times are minutes after the start; the store is new for each case. */
export function workbench(open: () => Promise<Guardrails>) {
  let guardrails: Guardrails;
  beforeEach(async () => {
    guardrails = await open();
  });

  const ask = (decisionId: string, wants: WantsChange | undefined, minute = 0, record = '') =>
    guardrails.decide({
      decisionId,
      about: aboutOf(slotWants(wants)),
      wants: wants && slotWants(wants),
      record: record || `record of ${decisionId}`,
      now: at(minute),
    });
  const peek = (decisionId: string, wants: WantsChange, minute = 0) =>
    guardrails.decide({
      decisionId,
      about: aboutOf(slotWants(wants)),
      wants: slotWants(wants),
      peek: true,
      record: `record of ${decisionId}`,
      now: at(minute),
    });
  const grant = (decisionId: string, wants: WantsChange, minute = 0) =>
    guardrails.grant({
      decisionId,
      about: aboutOf(slotWants(wants)),
      wants: slotWants(wants),
      record: 'of the grant',
      now: at(minute),
    });
  const settle = (decisionId: string, outcome: Settlement['outcome'], minute = 0) =>
    guardrails.settle({ decisionId, outcome, at: at(minute) });
  /** A whole action: asked for, held, settled. */
  const run = async (
    decisionId: string,
    wants: WantsChange,
    outcome: Settlement['outcome'],
    minutes: readonly [asked: number, settled: number],
  ) => {
    const slot = await ask(decisionId, wants, minutes[0]);
    await settle(decisionId, outcome, minutes[1]);
    return slot.status;
  };
  return {
    guardrails: () => guardrails,
    ask,
    peek,
    grant,
    settle,
    run,
    ready: () => guardrails.rebuild(async () => {}),
  };
}

export const codesOf = ({ checks }: Pick<Slot, 'checks'>): string[] =>
  checks.map(({ code }) => code).filter(Boolean);

export const checkOf = ({ checks }: Pick<Slot, 'checks'>, name: string) =>
  checks.find((check) => check.name === name);
