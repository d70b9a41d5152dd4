import { type Draft, riskLevel, stricter } from '../draft.ts';
import type { Section } from '../section.ts';

/** Once the steps are known: risk, and how far automation goes. The lab runs LOW by itself and asks for the others. */
export function setDecision(draft: Draft, section: Section, name: string): void {
  const given = section.text('risk');
  const declared = riskLevel(given);
  const actions = draft.actionRisk();
  const isFailover = FAILOVER.test(`${name} ${JSON.stringify(section.value['action'] ?? '')}`);
  const risk = isFailover ? 'high' : stricter(declared ?? 'high', actions);
  draft.set('risk', risk, section.at('risk'));
  draft.set('decisionMode', risk === 'low' ? 'auto_execute' : 'approval_required', section.at('risk'));
  if (declared === risk) return;
  const what = given === undefined ? 'says no risk' : `says ${given}`;
  const why = isFailover
    ? 'a database failover is high risk'
    : declared === undefined
      ? 'a risk that is not known is high'
      : `what it does is ${risk} risk`;
  section.warn('risk', 'risk_raised', `${what}, and ${why}, so it is ${risk} here and asks a person`);
}

const FAILOVER = /fail-?_?over|promote/i;
