import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSqliteBus, type SqliteBus } from '#lib/bus/sqlite-bus.ts';
import { prepareTopics, topicSpecs } from '#lib/bus/topics.ts';
import { systemClock } from '#lib/clock.ts';
import { loadRunbook } from '#lib/runbook/load-runbook.ts';
import { checkRetention } from './check-retention.ts';

let folder: string;
let bus: SqliteBus;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'belay-retention-'));
  bus = await openSqliteBus({ file: join(folder, 'bus.db'), clock: systemClock });
  const settings = { partitions: 1, replicationFactor: 1, retentionMs: 168 * 3_600_000 };
  await prepareTopics(bus, topicSpecs(['decision', 'verification'], settings));
});
afterEach(async () => {
  await bus.close();
  rmSync(folder, { recursive: true, force: true });
});

const withCooldown = (name: string, cooldownMinutes: number) => {
  const text = `apiVersion: remediations.kubedojo.io/v1
kind: RemediationRunbook
metadata: {name: ${name}}
spec:
  intent: Test.
  owner: team
  guardrails: {cooldownMinutes: ${cooldownMinutes}}
  steps: [{id: look, action: kubernetes.collectDiagnostics, with: {namespace: shop, name: web}}]
`;
  return loadRunbook(text, 'test.yaml').runbooks;
};

it('takes cooldowns that the log remembers, and a day more', async () => {
  await expect(checkRetention(bus, [])).resolves.toBeUndefined();
  const runbooks = [...withCooldown('short', 10), ...withCooldown('long', 6 * 1_440)];
  await expect(checkRetention(bus, runbooks)).resolves.toBeUndefined();
});

it('refuses to start on one that the log would forget, and says what to set', async () => {
  const runbooks = [...withCooldown('short', 10), ...withCooldown('long', 7 * 1_440)];
  await expect(checkRetention(bus, runbooks)).rejects.toMatchObject({
    code: 'RETENTION_TOO_SHORT',
    message: 'the topic decision keeps 168 h, and long has a cooldown of 10080 min',
    next: 'keep decision for at least 192 h, or shorten the cooldown',
  });
});
