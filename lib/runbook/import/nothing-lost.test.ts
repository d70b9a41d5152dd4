import { globSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { importRunbooks } from './import-runbooks.ts';

/**
 * A key that the importer passes over in silence is one whose value can change without anybody seeing it. So each
 * value of a document is changed in turn: the runbooks have to change, or what is said about them.
 */
type Json = string | number | boolean | Json[] | { [key: string]: Json };
type Path = readonly (string | number)[];

function resultOf(document: Json): string {
  const { runbooks, warnings, problems } = importRunbooks(JSON.stringify(document), 'f.json');
  expect(problems).toEqual([]);
  const told = warnings.map(({ path, message }) => `${path}: ${message}`);
  return JSON.stringify([runbooks.map(({ text }) => text), told.toSorted()]);
}

function leavesOf(value: Json, path: Path = []): readonly Path[] {
  if (typeof value !== 'object') return [path];
  return Object.entries(value).flatMap(([key, inner]) =>
    leavesOf(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

function changed(value: Json, [key, ...rest]: Path): Json {
  if (key === undefined) return another(value);
  const copy = structuredClone(value) as Record<string | number, Json>;
  copy[key] = changed(copy[key] as Json, rest);
  return copy;
}

/** Where only some values can stand, another of these. */
const OTHERS = new Map<Json, Json>([
  ['Abort', 'Continue'],
  ['Continue', 'Abort'],
  ['low', 'high'],
  ['medium', 'high'],
  ['high', 'low'],
  ['RequestResponse', 'Event'],
]);

function another(value: Json): Json {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value + 1;
  return OTHERS.get(value) ?? `${JSON.stringify(value)}9`;
}

/** What only tells which format it is. */
const IS_FORMAT = new Set(['schemaVersion']);

function expectNothingLost(document: Json): void {
  const before = resultOf(document);
  for (const path of leavesOf(document)) {
    if (IS_FORMAT.has(path.join('.'))) continue;
    const after = resultOf(changed(document, path));
    if (after === before) throw new Error(`${path.join('.')} can change and nobody would see it`);
  }
  expectKeptIsTold(document);
}

/** Notes alone could be overlooked. */
function expectKeptIsTold(document: Json): void {
  const { runbooks, warnings } = importRunbooks(JSON.stringify(document), 'f.json');
  const told = new Set(warnings.map(({ path }) => path));
  for (const { text } of runbooks) {
    const [file] = parseAllDocuments(text).map(
      (parsed) => parsed.toJS() as { spec: { 'x-imported'?: { path: string }[] } },
    );
    for (const { path } of file?.spec['x-imported'] ?? []) expect(told).toContain(path);
  }
}

const number = fc.integer({ min: 2, max: 900 });
const text = fc.integer({ min: 1, max: 99_999 }).map((n) => `text ${n}`);
const word = fc.integer({ min: 1, max: 99_999 }).map((n) => `word-${n}`);
const unknown = fc.dictionary(
  fc.integer({ min: 1, max: 999 }).map((n) => `unknown_${n}`),
  fc.oneof(
    text,
    number,
    fc.boolean(),
    fc.array(text, { minLength: 1, maxLength: 2 }),
    fc.record({ deep: text }),
  ),
  { maxKeys: 2, noNullPrototype: true },
);
const some = <T extends Record<string, fc.Arbitrary<Json>>>(
  fields: T,
): fc.Arbitrary<{ [key: string]: Json }> =>
  fc
    .tuple(fc.record(fields, { requiredKeys: [], noNullPrototype: true }), unknown)
    .map(([known, more]) => ({ ...known, ...more }) as { [key: string]: Json });

const labCommand = fc.oneof(
  word.map((name) => `kubectl delete pod ${name} -n production`),
  word.map((name) => `kubectl scale deployment ${name} --replicas={new_replicas} -n {namespace}`),
  word.map((name) => `do something with ${name}`),
);

const lab = some({
  risk: fc.constantFrom('low', 'medium', 'high', 'grave'),
  description: text,
  owner: text,
  triggers: fc.uniqueArray(word, { minLength: 1, maxLength: 2 }),
  min_confidence: fc.constantFrom(0.5, 0.75),
  max_per_hour: number,
  cooldown_minutes: number,
  cooldown_seconds: number,
  max_concurrent: number,
  max_attempts: number,
  circuit_breaker: some({ failure_threshold: number, recovery_timeout_seconds: number }),
  pre_checks: fc.uniqueArray(fc.oneof(word, fc.constant('replicas > 3')), { minLength: 1, maxLength: 2 }),
  conditions: fc.constant(['recent_restarts < 4']),
  action: fc.oneof(labCommand, fc.array(labCommand, { minLength: 2, maxLength: 3 })),
  rollback: labCommand,
  post_checks: fc.constantFrom(['pod_becomes_ready'], ['cpu_ratio < 0.8', 'feels-better']),
  timeout_seconds: number,
  retries: fc.integer({ min: 1, max: 5 }),
  required_labels: fc.record({ team: word }),
  maintenance_windows: fc.array(fc.record({ from: text }), { minLength: 1, maxLength: 2 }),
}).map((runbook): Json => ({ runbooks: { one: runbook } }));

const managerCommand = fc.oneof(
  word.map((name) => `aws:lambda:${name}`),
  word.map((name) => `aws:ssm:${name}`),
  word.map(
    (name) => `aws codedeploy create-deployment --application-name {app} --deployment-group-name ${name}`,
  ),
  word.map((name) => `/opt/${name} --now`),
  word.map((name) => `sh -c "${name}"`),
);

const manager = fc
  .tuple(
    some({
      name: word,
      description: text,
      runbook_type: fc.constantFrom('deployment', 'scaling', 'another'),
      version: text,
      created_by: text,
      risk: fc.constantFrom('low', 'medium', 'high', 'grave'),
      prerequisites: fc.array(text, { minLength: 1, maxLength: 2 }),
      tags: fc.array(word, { minLength: 1, maxLength: 2 }),
      timeout_seconds: number,
      parameters: fc.record({
        app: some({
          type: fc.constantFrom('string', 'int', 'list'),
          required: fc.boolean(),
          default: word,
          description: text,
          pattern: word,
        }),
      }),
    }),
    fc.array(
      some({
        name: text,
        description: text,
        command: managerCommand,
        parameters: fc.oneof(fc.record({ a: text, b: fc.constant('{app}') }), fc.record({ version: word })),
        rollback_command: managerCommand,
        timeout_seconds: number,
        retry_count: fc.integer({ min: 1, max: 5 }),
        required: fc.boolean(),
        manual: fc.boolean(),
        validation: fc.oneof(
          fc.record({ type: fc.constant('output_contains'), expected_text: text }),
          fc.record({ type: fc.constant('exit_code'), expected_code: number }),
          fc.record({ type: fc.constant('custom'), expression: text }),
          fc.record({ type: fc.constant('rows'), table: text }),
        ),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  )
  .map(
    ([root, steps]): Json => ({
      ...root,
      steps: steps.map((step, index) => ({ step_id: `step-${index}`, ...step })),
    }),
  );

const ssmAction = fc.oneof(
  some({
    Service: fc.constantFrom('ecs', 'sns', 'rds'),
    Api: fc.constantFrom('UpdateService', 'Publish', 'DescribeServices'),
    cluster: word,
    service: word,
    desiredCount: number,
    TopicArn: word,
    Message: text,
  }).map((inputs): Json => ({ action: 'aws:executeAwsApi', inputs })),
  some({
    DocumentName: word,
    DocumentVersion: word,
    Comment: text,
    Parameters: fc.record({ commands: fc.array(text, { minLength: 1, maxLength: 2 }) }),
    InstanceIds: fc.array(word, { minLength: 1, maxLength: 2 }),
  }).map((inputs): Json => ({ action: 'aws:runCommand', inputs })),
  some({
    FunctionName: word,
    Payload: word,
    InputPayload: fc.record({ a: text }),
    InvocationType: fc.constant('RequestResponse'),
    LogType: word,
  }).map((inputs): Json => ({ action: 'aws:invokeLambdaFunction', inputs })),
  some({
    DocumentName: word,
    RuntimeParameters: fc.record({ A: fc.array(text, { minLength: 1, maxLength: 1 }) }),
    Tags: text,
  }).map((inputs): Json => ({ action: 'aws:executeAutomation', inputs })),
  some({
    Approvers: fc.array(word, { minLength: 1, maxLength: 2 }),
    Message: text,
    MinRequiredApprovals: number,
    NotificationArn: word,
  }).map((inputs): Json => ({ action: 'aws:approve', inputs })),
  some({ Duration: number.map((n) => `PT${n}S`), Timestamp: text }).map(
    (inputs): Json => ({ action: 'aws:sleep', inputs }),
  ),
  some({
    Service: fc.constant('ecs'),
    Api: fc.constant('DescribeServices'),
    services: fc.array(word, { minLength: 1, maxLength: 1 }),
    PropertySelector: fc.constantFrom('$.services[0].runningCount', '$.services[0].status', '$.a'),
    DesiredValues: fc.array(number.map(String), { minLength: 1, maxLength: 2 }),
  }).map((inputs): Json => ({ action: 'aws:waitForAwsResourceProperty', inputs })),
  some({
    Default: word,
    Choices: fc.array(some({ Variable: word, StringEquals: text, NextStep: word }), {
      minLength: 1,
      maxLength: 2,
    }),
  }).map((inputs): Json => ({ action: 'aws:branch', inputs })),
  fc.record({ action: word.map((name) => `aws:${name}`), inputs: unknown }) as fc.Arbitrary<Json>,
);

const automation = fc
  .tuple(
    some({
      description: text,
      assumeRole: text,
      parameters: fc.record({
        One: some({
          type: fc.constantFrom('String', 'Integer', 'StringList'),
          description: text,
          default: word,
          allowedPattern: word,
          maxChars: number,
        }),
      }),
      outputs: fc.array(word, { minLength: 1, maxLength: 2 }),
    }),
    fc.array(
      fc.tuple(
        ssmAction,
        some({
          description: text,
          timeoutSeconds: number,
          maxAttempts: fc.integer({ min: 2, max: 5 }),
          onFailure: fc.constantFrom('Abort', 'Continue', 'step:elsewhere'),
          onCancel: fc.constantFrom('step:elsewhere', 'step:there'),
          isCritical: fc.boolean(),
        }),
      ),
      { minLength: 1, maxLength: 3 },
    ),
  )
  .map(
    ([root, steps]): Json => ({
      schemaVersion: '0.3',
      ...root,
      mainSteps: steps.map(([action, more], index) => ({
        name: `step-${index}`,
        ...(action as object),
        ...more,
      })),
    }),
  );

describe('no key of the source is passed over in silence', () => {
  it.each([
    ['the lab', lab],
    ['the runbook manager', manager],
    ['Systems Manager', automation],
  ])(
    'of %s',
    (_, documents) => {
      fc.assert(fc.property(documents, expectNothingLost), { numRuns: 15 });
    },
    60_000,
  );
});

const folder = new URL('fixtures/', import.meta.url).pathname;
const files = globSync('*.{yaml,json}', { cwd: folder }).filter((file) => !file.includes('.golden.'));

function sectionsOf(value: Json, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.entries(value).flatMap(([key, item]) =>
    sectionsOf(item, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return Array.isArray(value) ? inner : [path, ...inner];
}

function withKey(value: Json, [key, ...rest]: Path, added: string): Json {
  const copy = structuredClone(value) as Record<string | number, Json>;
  if (key === undefined) return { ...copy, [added]: added };
  copy[key] = withKey(copy[key] as Json, rest, added);
  return copy;
}

describe('a key that nobody knows is told of wherever it stands', () => {
  it.each(files.toSorted())('in %s', (file) => {
    const document = parse(readFileSync(`${folder}${file}`, 'utf8')) as Json;
    for (const [index, path] of sectionsOf(document).entries())
      expectFound(document, path, { key: `unheard-of-${index}`, file });
  });
});

function expectFound(document: Json, path: Path, { key, file }: { key: string; file: string }): void {
  const { runbooks, warnings } = importRunbooks(JSON.stringify(withKey(document, path, key)), file);
  const place = [...path, key].join('.');
  const isTold = warnings.some((found) => found.path !== '' && `${place}.`.startsWith(`${found.path}.`));
  const isThere = runbooks.some(({ text: yaml }) => yaml.includes(`${key}: ${key}`));
  expect([place, isTold || isThere]).toEqual([place, true]);
}
