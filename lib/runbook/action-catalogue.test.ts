import { describe, expect, it } from 'vitest';
import { actionNames, actionSpec } from './action-catalogue.ts';

describe.each(actionNames())('%s', (name) => {
  const spec = actionSpec(name);
  const parameters = Object.entries(spec?.parameters ?? {});

  it('speaks only of parameters that it has', () => {
    const named = [
      ...(spec?.choices ?? []).flatMap(({ of }) => of),
      ...parameters.flatMap(([, { needs = [] }]) => needs),
    ];
    expect(parameters.map(([key]) => key)).toEqual(expect.arrayContaining(named));
  });

  it('bounds every number', () => {
    const open = parameters.filter(([, { type, minimum }]) => type === 'integer' && minimum === undefined);
    expect(open).toEqual([]);
  });

  it('says what it does and what each parameter is, in sentences', () => {
    for (const text of [spec?.summary, ...parameters.map(([, { description }]) => description)])
      expect(text).toMatch(/^[A-Z].*[.]$/);
  });
});

it('knows nothing else, not even what every object has', () => {
  for (const name of ['constructor', '__proto__', 'toString', '', 'kubernetes.deleteNamespace'])
    expect(actionSpec(name)).toBeUndefined();
});

it('calls every action high risk that needs a person', () => {
  const needing = actionNames().filter((name) => actionSpec(name)?.needsPerson);
  expect(needing).toContain('database.promoteReplica');
  expect(needing.map((name) => actionSpec(name)?.minimumRisk)).toEqual(needing.map(() => 'high'));
});
