import { describe, expect, it } from 'vitest';
import { RunRunbookResponse } from '#gen/belay/v1/runbook_service.ts';
import { optionToGive } from './print-run.ts';

const lacking = (observed: string) =>
  RunRunbookResponse.fromPartial({
    checks: [{ name: 'match' }, { name: 'plan', code: 'missing_fact', observed }],
  });
const pod = (namespace: string) => ({ target: '', kind: 'pod', namespace, name: 'web-1', uid: '' });

describe('the option that was left out of a run', () => {
  it.each([
    ['no NAMESPACE', pod(''), '-n'],
    ['no POD_NAME, NAMESPACE', pod(''), '-n'],
    ['no resource', undefined, '--resource kind/name'],
  ])('is named where %s is known', (observed, resource, option) => {
    expect(optionToGive(lacking(observed), resource)).toContain(option);
  });

  it.each([
    ['another fact is missing', lacking('no deployment'), pod('')],
    ['the namespace was given', lacking('no NAMESPACE'), pod('shop')],
    ['nothing is missing', RunRunbookResponse.fromPartial({}), undefined],
  ])('is none where %s', (_what, run, resource) => {
    expect(optionToGive(run, resource)).toBeUndefined();
  });
});
