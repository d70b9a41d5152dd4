import { type Check, CheckResult, Mode } from '#gen/belay/v1/common.ts';
import type { DecisionMade } from '#gen/belay/v1/decision.ts';

export type Change = 'none' | 'new_automatic' | 'no_longer_automatic' | 'other';

/** Mode, code and runbook count. Another version of a runbook that decides the same does not. */
export function changeOf(recorded: DecisionMade, simulated: DecisionMade): Change {
  const [was, is] = [isAutomatic(recorded), isAutomatic(simulated)];
  if (is && !was) return 'new_automatic';
  if (was && !is) return 'no_longer_automatic';
  const isSame =
    recorded.mode === simulated.mode &&
    recorded.code === simulated.code &&
    recorded.wouldHave === simulated.wouldHave &&
    recorded.runbook?.name === simulated.runbook?.name;
  return isSame ? 'none' : 'other';
}

export const isAutomatic = ({ mode }: DecisionMade): boolean => mode === Mode.AUTO_EXECUTE;

/** The first check that says no now; otherwise what does not say no any more, or else what is new. */
export function whyOf(recorded: DecisionMade, simulated: DecisionMade): string {
  const refused = simulated.checks.find(isRefusal);
  if (refused) return `${refused.name} refuses: ${refused.reason}`;
  const passes = recorded.checks.filter(isRefusal).map((check) => passesNow(check, simulated.checks));
  if (passes.length > 0) return passes.join('; ');
  const risk = difference('risk', recorded, simulated);
  if (risk !== '') return risk;
  const [was = 'none', is = 'none'] = [recorded.runbook?.name, simulated.runbook?.name];
  return was === is ? simulated.summary : `${is} matches, and not ${was}`;
}

const isRefusal = ({ result }: Check): boolean => result === CheckResult.REFUSE;

function passesNow({ name, limit: before }: Check, checks: readonly Check[]): string {
  const check = checks.find((candidate) => candidate.name === name);
  if (!check) return `${name} is not asked for any more`;
  const { observed, limit, result } = check;
  if (result !== CheckResult.PASS) return `${name} is not reached any more`;
  const was = before === limit ? '' : `, was ${before}`;
  return `${name} passes now: ${observed} (limit ${limit}${was})`;
}

/** Of a check that only shows: what it shows now, and what it showed. */
function difference(name: string, recorded: DecisionMade, simulated: DecisionMade): string {
  const [was, is] = [recorded, simulated].map(({ checks }) => {
    const check = checks.find((candidate) => candidate.name === name);
    return check && `${check.observed}; ${check.limit}`;
  });
  return is === undefined || was === undefined || was === is ? '' : `${name}: ${is} (was ${was})`;
}
