import {
  type Check as ProtoCheck,
  CheckResult,
  Mode as ProtoMode,
  Risk as ProtoRisk,
  type RunbookRef,
} from '#gen/belay/v1/common.ts';
import { LapsePolicy } from '#gen/belay/v1/decision.ts';
import type { RiskLevel, Runbook } from '#lib/runbook/runbook.ts';
import type { LapseRule } from '../domain/cases/case.ts';
import type { Check, Mode } from '../domain/decision.ts';
import type { ActiveRunbook } from '../domain/registry/active-runbook.ts';
import type { GuardrailCheck } from '../domain/guardrails/guardrail-check.ts';

const MODES: Readonly<Record<Mode, ProtoMode>> = {
  manual: ProtoMode.MANUAL,
  suggest: ProtoMode.SUGGEST,
  approval_required: ProtoMode.APPROVAL_REQUIRED,
  auto_execute: ProtoMode.AUTO_EXECUTE,
  blocked: ProtoMode.BLOCKED,
  observe: ProtoMode.OBSERVE,
};
const RISKS: Readonly<Record<RiskLevel, ProtoRisk>> = {
  low: ProtoRisk.LOW,
  medium: ProtoRisk.MEDIUM,
  high: ProtoRisk.HIGH,
};
const RESULTS = {
  pass: CheckResult.PASS,
  refuse: CheckResult.REFUSE,
  not_reached: CheckResult.NOT_REACHED,
} as const;

const LAPSES: Readonly<Record<LapseRule, LapsePolicy>> = {
  approve: LapsePolicy.APPROVE,
  deny: LapsePolicy.DENY,
  escalate: LapsePolicy.ESCALATE,
};

export const toLapsePolicy = (rule: LapseRule): LapsePolicy => LAPSES[rule];
export const toProtoMode = (mode: Mode | undefined): ProtoMode =>
  mode ? MODES[mode] : ProtoMode.UNSPECIFIED;
/** Undefined for none, and for one that this version does not know. */
export const decidedModeOf = (mode: ProtoMode): Mode | undefined =>
  (Object.keys(MODES) as Mode[]).find((name) => MODES[name] === mode);
export const toProtoRisk = (risk: RiskLevel): ProtoRisk => RISKS[risk];
export const toProtoCheck = (check: Check | GuardrailCheck): ProtoCheck => ({
  ...check,
  result: RESULTS[check.result],
  endsAt: 'endsAt' in check ? check.endsAt : undefined,
});

/** One that was read from a file and is not registered has no number: whoever plays it calls it the first. */
export const toRunbookRef = ({
  name,
  digest,
  version = 1,
}: Runbook & Partial<Pick<ActiveRunbook, 'version'>>): RunbookRef => ({ name, version, digest });
