import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from 'vitest';
import { type OutgoingEvent, outgoing } from '#lib/events/event.ts';
import type { DataOf, EventType } from '#lib/events/event-types.ts';
import { sampleEvents } from '../../../test/support/sample-events.ts';
import type { AuditedEvent } from '../domain/audited-event.ts';
import { deliver, deliverRecord, recordOf } from '../fixtures/deliver.ts';

function sample<T extends EventType>(type: T, changes: Partial<DataOf<T>> = {}): OutgoingEvent {
  const found = sampleEvents.find((event) => event.type === type);
  return outgoing(type, { ...found?.data, ...changes } as DataOf<T>);
}

async function kept(event: OutgoingEvent): Promise<AuditedEvent | undefined> {
  const events: AuditedEvent[] = [];
  await deliver({ append: async (audited) => void events.push(audited) }, [event]);
  return events[0];
}

describe('what is kept of an event', () => {
  it('is all by which it is found, and where it came from', async () => {
    expect(await kept(sample('DecisionMade'))).toEqual({
      id: expect.stringMatching(/^evt-[0-9a-f]{32}$/) as string,
      type: 'DecisionMade',
      topic: 'decision',
      partition: 0,
      offset: 0,
      source: 'belay/decision',
      time: new Date('2026-03-03T03:12:05.000Z'),
      rank: expect.any(Number) as number,
      incidentId: 'inc-017',
      decisionId: 'dec-4c19',
      actionId: '',
      externalId: 'INC001',
      service: 'api-server',
      runbook: { name: 'restart-pod', version: 3 },
      outcome: 'executing',
      actor: 'decision',
      text: 'decided auto_execute: restart-pod@3, low risk, 1 of 1 checks passed',
      dataJson: expect.stringContaining('"mode":"MODE_AUTO_EXECUTE"') as string,
    });
  });

  it('names the person, or the service that said it', async () => {
    expect((await kept(sample('ApprovalAnswered')))?.actor).toBe('maria');
    expect((await kept(sample('DecisionClosed')))?.actor).toBe('decision');
  });

  it('is nothing for heartbeats, of which there is one every two seconds', async () => {
    const setting = { $case: 'heartbeat' as const, value: { beatAt: new Date('2026-03-03T03:12:05Z') } };
    expect(await kept(sample('ControlSet', { key: 'heartbeat', setting }))).toBeUndefined();
    expect(await kept(sample('ControlSet'))).toBeDefined();
  });

  it('does not depend on fields that this version does not know', async () => {
    const record = recordOf(sample('StepFinished'));
    const unknown = new BinaryWriter()
      .uint32(999 * 8 + 2)
      .string('from the future')
      .finish();
    const events: AuditedEvent[] = [];
    const value = Buffer.concat([record.value as Buffer, unknown]);
    await deliverRecord({ append: async (audited) => void events.push(audited) }, { ...record, value });
    expect(events[0]?.text).toBe('deleted pod production/api-server-abc123');
  });

  it('fits the table and one line, whatever was written', async () => {
    const audited = await kept(
      sample('OrderIssued', {
        runbook: { name: `evil\0${'x'.repeat(100_000)}`, version: 1, digest: '' },
        externalId: 'INC\u0000001',
        incidentId: 'inc-\ud83d\ude00',
        actionId: 'act\nion',
      }),
    );
    expect(audited?.runbook?.name).toBe(`evil\ufffd${'x'.repeat(248)}`);
    expect(audited?.externalId).toBe('INC\ufffd001');
    expect(audited?.text).toMatch(/^[^\p{Cc}]{1,500}$/u);
  });

  it('replaces the one character that no database takes, and nothing that only looks like it', async () => {
    const { dataJson = '' } =
      (await kept(sample('StepFinished', { output: '\0 \\u0000 \\\0', error: '\\' }))) ?? {};
    expect(JSON.parse(dataJson)).toMatchObject({ output: '\ufffd \\u0000 \\\ufffd', error: '\\' });
  });
});
