import { actionSpec } from '../action-catalogue.ts';
import type { RiskLevel } from '../runbook.ts';
import { error, type LintRule, warning } from './lint-rule.ts';
import { irreversibleStep } from '../step-facts.ts';

const LEVELS: readonly RiskLevel[] = ['low', 'medium', 'high'];

export const riskTooLow: LintRule = ({ risk, steps }) => {
  const riskiest = steps
    .map(({ action }) => ({ action, level: actionSpec(action)?.minimumRisk ?? 'high' }))
    .toSorted((a, b) => LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level))[0];
  if (!riskiest || LEVELS.indexOf(risk) >= LEVELS.indexOf(riskiest.level)) return [];
  const message = `${riskiest.action} is ${riskiest.level} risk, and this says ${risk}, write ${riskiest.level}`;
  return [error(['risk'], 'risk_too_low', message)];
};

/** A database failover, of all things, is not where automation starts. */
export const personNeeded: LintRule = ({ decisionMode, steps }) => {
  const index = steps.findIndex(({ action }) => actionSpec(action)?.needsPerson === true);
  const step = steps[index];
  if (!step || decisionMode !== 'auto_execute') return [];
  const message = `${step.action} is never automatic, a person has to look first, write approval_required`;
  return [error(['decisionMode'], 'person_needed', message)];
};

export const irreversibleAutomated: LintRule = (runbook) => {
  const step = irreversibleStep(runbook);
  if (!step || runbook.decisionMode !== 'auto_execute') return [];
  const message = `step ${step.id} cannot be undone, so a machine alone must not decide it, add a rollback or write approval_required`;
  return [error(['decisionMode'], 'irreversible_automated', message)];
};

export const riskyAutomated: LintRule = ({ decisionMode, risk }) => {
  if (decisionMode !== 'auto_execute' || risk !== 'high') return [];
  const message = 'high risk is never automatic, so people are asked all the same, write approval_required';
  return [warning(['decisionMode'], 'high_risk_automated', message)];
};
