import { Engine, type RuleProperties } from 'json-rules-engine';
import type { Trigger } from '#lib/runbook/match-runbook.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';

export interface RulesEngine {
  /** Names of the runbooks that an event is for. */
  match(event: Trigger): Promise<readonly string[]>;
}

/** The same runbooks as a rule each, set up once. */
export function rulesEngineOf(runbooks: readonly Runbook[]): RulesEngine {
  const engine = new Engine(runbooks.map(ruleOf));
  return {
    match: async ({ symptom, probableCause, resource }) => {
      const { events } = await engine.run({ symptom, probableCause, kind: resource?.kind ?? '' });
      return events.map(({ type }) => type);
    },
  };
}

function ruleOf({ name, triggers, scope }: Runbook): RuleProperties {
  return {
    conditions: {
      all: [
        { fact: 'kind', operator: 'in', value: [...scope.resourceKinds] },
        {
          any: [
            { fact: 'probableCause', operator: 'in', value: [...triggers.probableCauses] },
            { fact: 'symptom', operator: 'in', value: [...triggers.symptoms] },
          ],
        },
      ],
    },
    event: { type: name },
  };
}
