import { describe, expect, it } from 'vitest';
import type { ConditionFacts } from './bind-facts.ts';
import { compileCondition } from './compile-condition.ts';
import type { ScopeName } from './fact-catalogue.ts';

const facts: ConditionFacts = {
  incident: {
    service: 'checkout',
    confidence: 0.9,
    labels: { tier: 'web' },
    affectedServices: ['checkout', 'cart'],
  },
  live: { replicas: 4, readyReplicas: 0, healthy: true, labels: { tier: 'web' } },
  dependencies: { payments: { down: false }, search: { down: true } },
  now: new Date('2026-03-29T01:30:00Z'),
};

function judge(text: string, given: ConditionFacts = facts, scope: ScopeName = 'live'): boolean | string {
  const compiled = compileCondition(text, scope);
  if (!compiled.ok) return compiled.message;
  const judgement = compiled.condition.judge(given);
  return judgement.holds === 'unknown' ? judgement.why : judgement.holds;
}

function constantOf(text: string, scope: ScopeName = 'live'): boolean | string | undefined {
  const compiled = compileCondition(text, scope);
  return compiled.ok ? compiled.condition.constant : compiled.message;
}

describe('a condition over facts', () => {
  it.each([
    ['live.replicas < 10', true],
    ['live.replicas == 4', true],
    ['live.replicas * 2.0 == 8.0', true],
    ['live.replicas > 4.0', false],
    ["!dependencies['payments'].down", true],
    ['dependencies.search.down || live.replicas > 9.0', true],
    ["incident.service in ['cart', 'checkout']", true],
    ["'cart' in incident.affectedServices", true],
    ["'tier' in live.labels && live.labels['tier'] == 'web'", true],
    ["'owner' in live.labels", false],
    ["incident.service.matches('^check.*$') && incident.service.startsWith('ch')", true],
    ['live.healthy ? live.replicas > 3.0 : live.replicas > 30.0', true],
    ['size(incident.affectedServices) == 2', true],
    ['double(size(incident.service)) > live.replicas', true],
    ["now < timestamp('2027-01-01T00:00:00Z')", true],
  ])('%s is %s', (text, expected) => {
    expect(judge(text)).toBe(expected);
  });

  it('reads the clock in the zone that is named, over its changes', () => {
    expect(judge("now.getHours('Europe/Berlin') == 3 && now.getMinutes('Europe/Berlin') == 30")).toBe(true);
    expect(judge("now.getHours('America/New_York') == 21 && now.getDayOfWeek('America/New_York') == 6")).toBe(
      true,
    );
    expect(
      judge("now.getDayOfWeek('UTC') == 0 && now.getMonth('UTC') == 2 && now.getDate('UTC') == 29"),
    ).toBe(true);
  });
});

describe('a missing fact never makes a condition hold', () => {
  it.each([
    ['live.desiredCount < 10', 'live.desiredCount not known'],
    ['!(live.desiredCount < 10)', 'live.desiredCount not known'],
    ['live.desiredCount != 3.0', 'live.desiredCount not known'],
    ["!dependencies['ledger'].down", 'dependencies.ledger.down not known'],
    ["live.labels['owner'] != 'x'", 'live.labels.owner not known'],
    ["live.labels['__proto__'] != 'x'", 'live.labels.__proto__ not known'],
    ['before.replicas <= live.replicas', 'before.replicas not known'],
    ["!(live.node in ['a'])", 'live.node not known'],
    ['live.rollingOut ? true : true', 'live.rollingOut not known'],
  ])('%s', (text, why) => {
    expect(judge(text)).toBe(why);
  });

  it.each([
    ['not a number', { live: { replicas: Number.NaN } }],
    ['infinite', { live: { replicas: Number.POSITIVE_INFINITY } }],
    ['of another type', { live: { replicas: '4' } }],
    ['below what it can be', { live: { replicas: -1 } }],
    ['inherited', { live: Object.create({ replicas: 4 }) as Record<string, never> }],
    ['nothing', { live: undefined }],
  ])('a fact that is %s counts as missing', (_, given) => {
    expect(judge('!(live.replicas > 100.0)', given)).toBe('live.replicas not known');
    expect(judge('live.replicas < 100.0', given)).toBe('live.replicas not known');
  });

  it('counts a text, a list or a map beyond its bound as missing', () => {
    const long = 'x'.repeat(5_000);
    expect(judge("incident.service != 'a'", { incident: { service: long } })).toBe(
      'incident.service not known',
    );
    const services = Array.from({ length: 1_001 }, () => 'a');
    expect(judge("!('b' in incident.affectedServices)", { incident: { affectedServices: services } })).toBe(
      'incident.affectedServices not known',
    );
    expect(judge("!('b' in incident.labels)", { incident: { labels: { b: long } } })).toBe(
      'incident.labels not known',
    );
  });

  it('is inconclusive where arithmetic leaves the numbers', () => {
    expect(judge('!(live.readyReplicas / live.readyReplicas > 2.0)')).toBe('it cannot be calculated');
    expect(judge('live.replicas / live.readyReplicas > 2.0')).toBe('it cannot be calculated');
    expect(judge('live.replicas * 1e308 > 1.0')).toBe('it cannot be calculated');
  });

  it('may be short-circuited by a fact that decides alone', () => {
    expect(judge('live.replicas > 1.0 || live.desiredCount > 1.0')).toBe(true);
    expect(judge('live.replicas > 9.0 && live.desiredCount > 1.0')).toBe(false);
  });
});

describe('where an expression stands decides what it can talk about', () => {
  it('compares numbers in a check with a metric and facts in one without', () => {
    expect(judge('after <= before * 1.1 + 0.001', { before: 1, after: 1.05 }, 'metric')).toBe(true);
    const state = { before: { readyReplicas: 2 }, after: { readyReplicas: 3 } };
    expect(judge('after.readyReplicas > before.readyReplicas', state, 'outcome')).toBe(true);
    expect(judge('after.readyReplicas > 1.0', state, 'metric')).toContain('only groups of facts have fields');
  });

  it('knows the result of a step only in its validation', () => {
    const result = { result: { output: 'deployment created', exitCode: 0 } };
    expect(judge("result.exitCode == 0.0 && result.output.contains('created')", result, 'result')).toBe(true);
    expect(judge('result.exitCode == 0.0', result, 'live')).toContain('result is no fact');
  });
});

describe('what no fact can change is told at load', () => {
  it.each([
    ['true', true],
    ['1 + 1 == 2', true],
    ['live.replicas >= 0.0', true],
    ['live.replicas < 0.0', false],
    ['incident.confidence > 1.0', false],
    ['incident.confidence * 2.0 > 2.0', false],
    ['live.replicas != live.replicas', false],
    ['live.replicas < 3.0 && live.replicas > 5.0', false],
    ['live.replicas < 3.0 && live.replicas >= 3.0', false],
    ["live.node == 'a' && live.node == 'b'", false],
    ["'a' in ['b', 'c']", false],
    ['live.healthy && false', false],
    ['live.healthy ? 1 > 2 : 2 > 3', false],
    ['live.replicas <= 3.0 && live.replicas >= 3.0 && live.replicas > 2.0', undefined],
    ['live.replicas < 3.0 || live.replicas > 5.0', undefined],
    ['live.replicas - live.readyReplicas > -5.0', undefined],
    ['live.healthy', undefined],
    ["live.node in ['a']", undefined],
  ])('%s: %s', (text, constant) => {
    expect(constantOf(text)).toBe(constant);
  });
});

describe('bounds', () => {
  it.each([
    ['length', `live.replicas > ${'1'.repeat(1_000)}.0`, 'longer than 1000 characters'],
    ['brackets', `${'('.repeat(25)}true${')'.repeat(25)}`, 'nests more than 24 brackets'],
    ['parts', Array.from({ length: 120 }, () => 'true').join('&&'), 'has too many parts'],
    ['lists', `1 in [${Array.from({ length: 101 }, () => '1').join()}]`, 'a list of more than 100 entries'],
    ['texts', `incident.service == '${'x'.repeat(501)}'`, 'a text of more than 500 characters'],
    ['patterns', `incident.service.matches('${'(a|b)'.repeat(50)}')`, 'longer than 200 characters'],
    ['loops', 'incident.affectedServices.exists(s, s == "a")', 'a loop over a list is not part'],
  ])('%s', (_, text, message) => {
    expect(constantOf(text)).toContain(message);
  });

  it('judges a pattern in time linear to the text, whatever the text is', () => {
    const service = `${'a'.repeat(4_000)}!`;
    const start = process.cpuUsage();
    expect(judge("incident.service.matches('^(a+)+$')", { incident: { service } })).toBe(false);
    expect(process.cpuUsage(start).user / 1_000).toBeLessThan(1_000);
  });
});
