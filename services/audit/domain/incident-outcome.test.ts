import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { causalRank } from './causal-rank.ts';
import { closedAt, type IncidentFact, incidentOutcome } from './incident-outcome.ts';

const at = (second: number) => new Date(Date.UTC(2026, 2, 3, 3, 12, second));

/** `DecisionMade executing auto_execute`: type, outcome, and for decisions the mode; a second each. */
function story(...lines: readonly string[]): IncidentFact[] {
  let attempt = 0;
  return lines.map((line, second) => {
    const [type = '', outcome = '', detail = ''] = line.split(' ');
    if (type === 'DecisionMade') attempt += 1;
    const isAction = /^(Order|Action|Step)/.test(type);
    return {
      type,
      outcome,
      time: at(second),
      decisionId: type.startsWith('Incident') ? '' : `dec-${attempt}`,
      actionId: isAction ? detail || `act-${attempt}` : '',
      mode: type === 'DecisionMade' ? detail : '',
    };
  });
}

const reported = 'IncidentReported reported';
const auto = 'DecisionMade executing auto_execute';
const ordered = 'OrderIssued execute_ordered';
const started = [reported, auto, ordered, 'ActionStarted started'];
const settled = (outcome: string) => [...started, `ActionSettled ${outcome}`];
const approval = [reported, 'DecisionMade approval_required approval_required', 'ApprovalRequested waiting'];

describe('an incident', () => {
  it.each([
    ['nobody has looked at', 'in progress', [reported]],
    ['that is decided on and not ordered yet', 'in progress', [reported, auto]],
    ['that is being fixed', 'in progress', started],
    ['whose fix was verified', 'fixed', settled('success')],
    ['whose fix was verified, and which went on', 'fixed', [...settled('success'), 'DecisionClosed settled']],
    ['whose fix was undone', 'rolled back', [...settled('rolled_back'), 'DecisionClosed settled']],
    [
      'whose fix was undone by an action that was verified',
      'rolled back',
      [
        ...started,
        'ActionSettled rolled_back',
        'OrderIssued rollback_ordered act-r',
        'ActionSettled success act-r',
      ],
    ],
    [
      'whose undoing is under way',
      'in progress',
      [...started, 'ActionFinished action_success', 'OrderIssued rollback_ordered act-r'],
    ],
    [
      'whose fix did not work, and whose undoing was refused',
      'needs you',
      [
        ...started,
        'OrderIssued rollback_ordered act-r',
        'ActionRefused unsupported_phase act-r',
        'ActionSettled failed',
      ],
    ],
    [
      'whose undoing ends as the action that was undone',
      'rolled back',
      [...started, 'OrderIssued rollback_ordered act-r', 'ActionSettled rolled_back'],
    ],
    ['whose fix did not work', 'needs you', settled('failed')],
    ['whose fix could not be judged', 'needs you', settled('inconclusive')],
    ['whose target could not be asked', 'needs you', settled('error')],
    ['where nobody knows whether it was done', 'needs you', settled('unknown')],
    [
      'where a person found out that it was done',
      'left to people',
      [...settled('unknown'), 'ActionResolved resolved_done'],
    ],
    [
      'where a person found out that it was not done',
      'not done',
      [...settled('unknown'), 'ActionResolved resolved_not_done'],
    ],
    ['whose order was refused', 'not done', settled('refused')],
    ['whose pre-check failed', 'not done', settled('aborted')],
    ['whose order nobody took', 'not done', settled('never_started')],
    ['that waits for an approval', 'needs you', approval],
    ['that waits for a second approval', 'needs you', [...approval, 'ApprovalAnswered approved_in_part']],
    ['whose plan is being made', 'in progress', approval.slice(0, 2)],
    ['that was approved', 'in progress', [...approval, 'ApprovalAnswered approved']],
    ['that was approved and ordered', 'in progress', [...approval, 'ApprovalAnswered approved', ordered]],
    ['that was denied', 'not done', [...approval, 'ApprovalAnswered denied']],
    [
      'that was denied and closed',
      'not done',
      [...approval, 'ApprovalAnswered denied', 'DecisionClosed denied'],
    ],
    ['whose approval lapsed', 'not done', [...approval, 'ApprovalLapsed lapsed', 'DecisionClosed lapsed']],
    [
      'whose approval lapsed into one',
      'in progress',
      [...approval, 'ApprovalLapsed lapsed_into_approval', ordered],
    ],
    ['that a guardrail blocked', 'not done', [reported, 'DecisionMade rate_limited blocked']],
    [
      'that a guardrail blocked for good',
      'not done',
      [reported, 'DecisionMade kill_switch blocked', 'DecisionClosed blocked'],
    ],
    [
      'that a guardrail blocked at first',
      'fixed',
      [reported, 'DecisionMade rate_limited blocked', auto, ordered, 'ActionSettled success'],
    ],
    ['that nothing matches', 'left to people', [reported, 'DecisionMade no_runbook manual']],
    [
      'that is too uncertain',
      'left to people',
      [reported, 'DecisionMade low_confidence suggest', 'ApprovalRequested suggested'],
    ],
    ['that was only observed', 'left to people', [reported, 'DecisionMade observed observe']],
    [
      'that was closed as left to people',
      'left to people',
      [reported, 'DecisionMade no_runbook manual', 'DecisionClosed left_to_people'],
    ],
    ['that went away by itself', 'not done', [reported, 'IncidentResolved resolved']],
  ] as const)('%s: %s', (_what, outcome, lines) => {
    expect(incidentOutcome(story(...lines))).toBe(outcome);
  });

  it('that ended after a failed fix is no longer pressing, but an unknown effect is', () => {
    expect(incidentOutcome(story(...settled('failed'), 'IncidentResolved resolved'))).toBe('left to people');
    expect(incidentOutcome(story(...settled('unknown'), 'IncidentResolved resolved'))).toBe('needs you');
  });

  it('that came back waits for its next decision, however much the clocks differ', () => {
    const fixed = story(...settled('success'), 'IncidentResolved resolved');
    const again = (second: number) =>
      ({ ...story('IncidentReported reopened')[0], time: at(second) }) as IncidentFact;
    expect(incidentOutcome([...fixed, again(50)])).toBe('in progress');
    const next = story(reported, reported, auto, ordered, 'ActionSettled success');
    expect(incidentOutcome([again(10), ...next])).toBe('fixed');
  });
});

describe('an incident closes', () => {
  it.each([
    ['when its fix is verified', settled('success'), at(4)],
    ['when it is resolved, also after that', [...settled('success'), 'IncidentResolved resolved'], at(5)],
    ['not when it failed', settled('failed'), undefined],
    ['not when it is left to people', [reported, 'DecisionMade no_runbook manual'], undefined],
    [
      'not when it came back',
      [reported, 'IncidentResolved resolved', 'IncidentReported reopened'],
      undefined,
    ],
  ])('%s', (_when, lines, time) => {
    expect(closedAt(story(...lines))).toEqual(time);
  });

  it('ends with its decision where nobody has reported it: a run', () => {
    const blocked = 'DecisionMade kill_switch blocked';
    expect(closedAt(story(blocked, 'DecisionClosed blocked'))).toEqual(at(1));
    expect(closedAt(story(reported, blocked, 'DecisionClosed blocked'))).toBeUndefined();
    expect(closedAt(story(auto, ordered, 'ActionStarted started'))).toBeUndefined();
    const failed = story(
      auto,
      ordered,
      'ActionStarted started',
      'ActionSettled failed',
      'DecisionClosed settled',
    );
    expect(closedAt(failed)).toBeUndefined();
  });
});

describe('whatever of a story is known', () => {
  const whole = story(...settled('failed'), 'ActionVerified verification_failed', 'DecisionClosed settled');

  it('an incident has an outcome, and is never fixed without a verified action', () => {
    fc.assert(
      fc.property(fc.subarray(whole), (part) => {
        const known = part.toSorted((a, b) => +a.time - +b.time || causalRank(a.type) - causalRank(b.type));
        expect(['in progress', 'needs you', 'not done']).toContain(incidentOutcome(known));
      }),
    );
  });
});
