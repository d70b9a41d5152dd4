import { describe, expect, it } from 'vitest';
import { auditQuery } from './audit/query.ts';
import { incidentReport } from './incident/report.ts';

const report = (confidence: string) =>
  incidentReport.parse({ args: [], options: { service: 'api', symptom: 'x', confidence } });
const query = (options: Record<string, string>) =>
  auditQuery.parse({ args: [], options: { limit: '50', ...options } });
const usage = expect.objectContaining({ kind: 'invalid', code: 'USAGE' });

describe('what cannot be meant is a usage error', () => {
  it.each(['', ' ', '0x1', '1e0', '1.5', '-0.1', 'NaN', '0,9', '0b1', '1.'])('--confidence %j', (text) =>
    expect(() => report(text)).toThrow(usage),
  );

  it.each(['', '99999999999999999999d', '3651d', '7', '1y'])('--since %j', (since) =>
    expect(() => query({ since })).toThrow(usage),
  );

  it.each(['', '0', '100001', '0x10', '1e2', '1.5', ' 5'])('--limit %j', (limit) =>
    expect(() => query({ limit })).toThrow(usage),
  );
});

it('what can be meant is taken', () => {
  expect(report('0.95').request.confidence).toBe(0.95);
  expect(report('1').request.confidence).toBe(1);
  expect(report('.5').request.confidence).toBe(0.5);
  expect(query({ since: '3650d', limit: '500' })).toMatchObject({ sinceMs: 315_360_000_000, limit: 500 });
});
