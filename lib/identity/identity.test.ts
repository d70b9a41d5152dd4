import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Access, identityOf, permits, ROLES, type Role } from './identity.ts';

const role = fc.constantFrom(...ROLES);
const roles = fc.uniqueArray(role);

describe('permits', () => {
  const rows: Record<Role, Record<Role, boolean>> = {
    viewer: { viewer: true, responder: false, approver: false, operator: false, service: false },
    responder: { viewer: true, responder: true, approver: false, operator: false, service: false },
    approver: { viewer: true, responder: true, approver: true, operator: false, service: false },
    operator: { viewer: true, responder: true, approver: true, operator: true, service: false },
    service: { viewer: false, responder: false, approver: false, operator: false, service: true },
  };
  const cells = ROLES.flatMap((own) => ROLES.map((needed) => ({ own, needed, allowed: rows[own][needed] })));

  it.each(cells)('a $own where $needed is needed: $allowed', ({ own, needed, allowed }) => {
    expect(permits(identityOf('someone', [own]), needed)).toBe(allowed);
  });

  it('lets nobody without a role through anything but what is open to anyone', () => {
    for (const needed of ROLES) expect(permits(identityOf('someone', []), needed)).toBe(false);
    expect(permits(identityOf('someone', []), 'anyone')).toBe(true);
  });

  it('takes any one of several roles, and an empty list admits nobody', () => {
    expect(permits(identityOf('pager', ['service']), ['service', 'responder'])).toBe(true);
    expect(permits(identityOf('ann', ['approver']), ['service', 'responder'])).toBe(true);
    expect(permits(identityOf('bob', ['viewer']), ['service', 'responder'])).toBe(false);
    expect(permits(identityOf('ann', ['operator']), [])).toBe(false);
  });

  it('refuses a role that does not exist, on either side', () => {
    expect(permits(identityOf('ann', ['operator']), 'admin' as Access)).toBe(false);
    expect(permits(identityOf('ann', ['admin' as Role]), 'viewer')).toBe(false);
  });

  it('never lets a machine approve or operate, whatever else it was given', () => {
    fc.assert(
      fc.property(roles, (others) => {
        const machine = identityOf('bot', ['service', ...others]);
        expect(machine.kind).toBe('service_account');
        expect(permits(machine, 'approver') || permits(machine, 'operator')).toBe(false);
      }),
    );
  });

  it('never takes anything away when a person is given one more rung', () => {
    const rung = fc.constantFrom<Role>('viewer', 'responder', 'approver', 'operator');
    fc.assert(
      fc.property(fc.uniqueArray(rung), rung, role, (own, more, needed) => {
        const before = permits(identityOf('ann', own), needed);
        expect(!before || permits(identityOf('ann', [...own, more]), needed)).toBe(true);
      }),
    );
  });
});
