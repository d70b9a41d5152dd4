import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseReport, type ReportInput } from './normalise-report.ts';

const now = new Date('2026-03-03T03:12:00Z');
const policy = { defaultTarget: 'prod-eu', maxSkewMs: 60_000, maxStartAgeMs: 86_400_000 };
const by = { kind: 'service_account', name: 'prometheus' } as const;
const pod = { target: '', kind: 'Pod', namespace: 'production', name: 'api-server-abc123' };
const input: ReportInput = {
  source: 'http',
  service: 'api-server',
  symptom: 'CrashLoopBackOff',
  probableCause: '',
  confidence: 0.95,
  resource: pod,
  labels: { team: 'platform' },
  context: {},
  affectedServices: [],
  summary: '',
  fingerprint: '',
  startedAt: undefined,
  externalId: 'INC001',
};
const normalise = (change: Partial<ReportInput> = {}, under = policy) =>
  normaliseReport({ ...input, ...change }, by, under, now);
const refusalOf = (...change: Parameters<typeof normalise>): unknown => {
  try {
    return normalise(...change);
  } catch (error) {
    return error;
  }
};

describe('a report', () => {
  it('comes into one form: trimmed, the kind in small letters, the target filled in', () => {
    const untidy = {
      service: ' api-server ',
      resource: { ...pod, kind: ' Pod', name: 'api-server-abc123 ' },
      affectedServices: ['web', ' web', ''],
    };
    expect(normalise(untidy)).toMatchObject({
      service: 'api-server',
      resource: { target: 'prod-eu', kind: 'pod', namespace: 'production', name: 'api-server-abc123' },
      affectedServices: ['web'],
      externalId: 'INC001',
      reportedBy: by,
    });
    expect(normalise({ resource: { ...pod, target: 'prod-us' } }).resource?.target).toBe('prod-us');
  });

  it('survives being stored', () => {
    for (const report of [normalise(), normalise({ confidence: undefined, resource: undefined })]) {
      expect(JSON.parse(JSON.stringify(report))).toEqual(report);
      expect(Object.values(report)).not.toContain(undefined);
    }
  });

  it.each<[string, Partial<ReportInput>, string]>([
    ['a service', { service: '  ' }, 'service'],
    ['a symptom or a cause', { symptom: ' ' }, 'symptom'],
    ['the kind of its resource', { resource: { ...pod, kind: '' } }, 'resource.kind'],
    ['the name of its resource', { resource: { ...pod, name: '' } }, 'resource.name'],
  ])('needs %s', (_, change, field) => {
    expect(refusalOf(change)).toMatchObject({ kind: 'invalid', code: 'FIELD_MISSING', field });
  });

  it('needs a target where none is configured, and says both ways out', () => {
    const refusal = refusalOf({}, { ...policy, defaultTarget: undefined as never });
    expect(refusal).toMatchObject({
      field: 'resource.target',
      next: expect.stringContaining('defaultTarget'),
    });
  });

  it('needs no symptom where it has a cause', () => {
    expect(normalise({ symptom: '', probableCause: 'pod_crash_loop' })).toMatchObject({
      symptom: '',
      probableCause: 'pod_crash_loop',
    });
  });
});

describe('the fingerprint', () => {
  it('is the one of the reporter where there is one', () => {
    expect(normalise({ fingerprint: ' 7f3a ' }).fingerprint).toBe('7f3a');
  });

  it('is the same for the same problem, whatever else was said of it', () => {
    const one = normalise().fingerprint;
    const noise = { confidence: 0.4, summary: 'x', labels: {}, context: { a: 'b' }, externalId: 'INC002' };
    expect(normalise({ ...noise, startedAt: now }).fingerprint).toBe(one);
    expect(normalise({ resource: { ...pod, target: 'prod-eu', kind: 'pod' } }).fingerprint).toBe(one);
  });

  it('tells problems apart by service, symptom, cause and resource', () => {
    const others = [
      normalise(),
      normalise({ service: 'web' }),
      normalise({ symptom: 'OOMKilled' }),
      normalise({ probableCause: 'pod_crash_loop' }),
      normalise({ resource: undefined }),
      ...(['target', 'kind', 'namespace', 'name'] as const).map((part) =>
        normalise({ resource: { ...pod, [part]: 'other' } }),
      ),
    ];
    expect(new Set(others.map((report) => report.fingerprint)).size).toBe(others.length);
  });

  it('is not fooled by where one field ends and the next begins', () => {
    const word = fc.stringMatching(/^[a-z]{1,4}$/);
    fc.assert(
      fc.property(word, word, word, (a, b, c) => {
        const one = normalise({ service: a + b, symptom: c });
        const two = normalise({ service: a, symptom: b + c });
        expect(one.fingerprint).not.toBe(two.fingerprint);
      }),
    );
  });
});

describe('the start', () => {
  const at = (ms: number) => new Date(now.getTime() + ms);

  it.each([
    ['absent', undefined, undefined],
    ['now', 0, now.getTime()],
    ['as far ahead as a clock may be', 60_000, now.getTime() + 60_000],
    ['as old as may be', -86_400_000, now.getTime() - 86_400_000],
  ])('is taken when it is %s', (_, offsetMs, expected) => {
    const startedAt = offsetMs === undefined ? undefined : at(offsetMs);
    expect(normalise({ startedAt }).startedAtMs).toBe(expected);
  });

  it.each([
    ['in the future', 60_001, 'STARTED_IN_FUTURE'],
    ['too long ago', -86_400_001, 'STARTED_TOO_LONG_AGO'],
  ])('is refused when it is %s, with what to do', (_, offsetMs, code) => {
    expect(refusalOf({ startedAt: at(offsetMs) })).toMatchObject({
      kind: 'invalid',
      code,
      field: 'startedAt',
      next: expect.stringContaining('leave startedAt out'),
    });
  });
});
