import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../test/support/silent-logger.ts';
import type { OutgoingRecord } from '#lib/bus/bus.ts';
import { ManualClock } from '#lib/clock.ts';
import { refusalRecorder } from './record-refusal.ts';

function setUp() {
  const records: OutgoingRecord[] = [];
  const clock = new ManualClock(new Date('2026-03-03T03:12:00Z'));
  const publish = async (sent: readonly OutgoingRecord[]) => void records.push(...sent);
  const refuse = refusalRecorder({ bus: { publish }, service: 'test', clock, logger: silentLogger });
  const from = (peer: string) => {
    const before = records.length;
    refuse({ actor: undefined, method: 'DecisionService/EngageKillSwitch', neededRole: 'responder', peer });
    return records.length > before;
  };
  return { records, clock, from };
}

describe('refused access', () => {
  it('is recorded, and a stranger who tries on and on does not fill the log', async () => {
    const { records, clock, from } = setUp();
    expect(from('10.0.0.1:40000')).toBe(true);
    for (let port = 0; port < 1_000; port += 1) from(`10.0.0.1:${port}`);
    expect(records).toHaveLength(20);
    expect(from('10.0.0.2:1')).toBe(true);
    await clock.advance(60_000);
    expect(from('10.0.0.1:1')).toBe(true);
  });

  it('is bounded over all hosts, and tells those of IPv6 apart', () => {
    const { records, from } = setUp();
    for (let host = 0; host < 5_000; host += 1) from(`[fd00::${host.toString(16)}]:443`);
    expect(records).toHaveLength(200);
  });
});
