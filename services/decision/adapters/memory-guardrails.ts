import type { DecideRequest, Guardrails, Refill, Settlement, Slot, SlotStatus } from '../ports.ts';
import { lockRefusal, notReady } from './lock-refusal.ts';

interface StoredSlot {
  status: SlotStatus;
  readonly record: string;
  readonly holder: string;
  readonly lockKey: string | undefined;
}

/** For a system in one process. It begins empty at each start, so it is rebuilt from the log first. */
export function memoryGuardrails(): Guardrails {
  const slots = new Map<string, StoredSlot>();
  const locks = new Map<string, string>();
  let ready = false;

  const store = ({ decisionId, lockKey, record }: Omit<DecideRequest, 'now'>): StoredSlot => {
    const holder = lockKey === undefined ? '' : (locks.get(lockKey) ?? '');
    const status = lockKey === undefined ? 'noted' : holder === '' ? 'held' : 'refused';
    if (status === 'held' && lockKey !== undefined) locks.set(lockKey, decisionId);
    const slot: StoredSlot = { status, record, holder, lockKey };
    slots.set(decisionId, slot);
    return slot;
  };
  const settle = ({ decisionId, keepLock }: Omit<Settlement, 'now'>): void => {
    const slot = slots.get(decisionId);
    if (!slot) {
      const status = keepLock ? 'frozen' : 'released';
      slots.set(decisionId, { status, record: '', holder: '', lockKey: undefined });
    } else if (slot.status === 'held' || slot.status === 'frozen') {
      slot.status = keepLock ? 'frozen' : 'released';
      if (!keepLock && slot.lockKey !== undefined && locks.get(slot.lockKey) === decisionId)
        locks.delete(slot.lockKey);
    }
  };
  const refill: Refill = {
    decision: async ({ decisionId, record, lockKey, refused }) => {
      if (slots.has(decisionId)) return;
      if (lockKey === undefined || !refused) store({ decisionId, record, lockKey });
      else slots.set(decisionId, { status: 'refused', record, holder: locks.get(lockKey) ?? '', lockKey });
    },
    settled: async (settlement) => settle(settlement),
  };

  return {
    decide: async (request) => {
      if (!ready) throw notReady();
      return toSlot(slots.get(request.decisionId) ?? store(request));
    },
    settle: async (settlement) => {
      if (!ready) throw notReady();
      settle(settlement);
    },
    isReady: async () => ready,
    rebuild: async (fold) => {
      ready = false;
      slots.clear();
      locks.clear();
      await fold(refill);
      ready = true;
      return true;
    },
    check: async () => `in memory, ${locks.size} workload(s) locked`,
  };
}

function toSlot({ status, record, holder }: StoredSlot): Slot {
  return { status, record, refusals: status === 'refused' ? [lockRefusal(holder)] : [] };
}
