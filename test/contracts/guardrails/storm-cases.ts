import { beforeEach, describe, expect, it } from 'vitest';
import type { LoggedDecision, Slot } from '../../../services/decision/ports.ts';
import { aboutOf, at, slotWants, type WantsChange } from '../../support/slot-wants.ts';
import { checkOf, codesOf, type Workbench } from './workbench.ts';

const SECOND = 1 / 60;
const MS = SECOND / 1_000;

/** Many services at once from one source are a fault of the source. */
export function stormCases({ guardrails, grant, peek, ready }: Workbench): void {
  const limits = { storm: { services: 5, percent: 20 } };
  const wantsOf = (service: string, change: WantsChange = {}) =>
    slotWants({ ...change, service, workload: service, limits: { ...limits, ...change.limits } });
  const ask = (service: string, minute: number, source = 'metrics', change: WantsChange = {}) => {
    const wants = wantsOf(service, change);
    const decisionId = `dec-${source}-${service}-${minute}`;
    return guardrails().decide({
      decisionId,
      about: aboutOf(wants, source),
      wants,
      record: 'r',
      now: at(minute),
    });
  };
  /** Decided about, and nothing more. */
  const see = (service: string, minute: number, source = 'metrics') =>
    guardrails().decide({
      decisionId: `dec-seen-${source}-${service}-${minute}`,
      about: aboutOf(wantsOf(service), source),
      wants: undefined,
      record: 'r',
      now: at(minute),
    });
  const burst = async (count: number, minute: number, source = 'metrics', name = 's') => {
    const slots: Slot[] = [];
    for (let i = 0; i < count; i += 1)
      slots.push(await ask(`${name}${i}`, minute + (i * SECOND) / 2, source));
    return slots;
  };
  const pages = (slots: readonly Slot[]) => slots.filter(({ storm }) => storm?.pages).length;
  const heldIn = (slots: readonly Slot[]) => slots.filter(({ status }) => status === 'held').length;

  it('storms are not shown by a store that does not know them', async () => {
    await expect(guardrails().storms(at(0))).rejects.toMatchObject({ code: 'GUARDRAILS_NOT_READY' });
  });

  describe('storm', () => {
    beforeEach(() => ready());

    it('20 services in 10 s: as many as the limit run, and people are told once', async () => {
      const slots = await burst(20, 0);
      expect(heldIn(slots)).toBe(5);
      expect(pages(slots)).toBe(1);
      const sixth = slots[5] as Slot;
      expect(sixth).toMatchObject({ status: 'refused', storm: { pages: true } });
      expect(checkOf(sixth, 'storm')).toMatchObject({
        result: 'refuse',
        code: 'storm',
        observed: 'source 6, all 6 in 60 s',
        limit: '5, 5',
        reason:
          '6 services were to be acted on within 60 s, more than 5, which looks like a fault of what reports them; nothing runs by itself for 10 min or longer; whoever knows better runs it by hand (belay runbook run restart-pod --resource ...)',
      });
      expect(slots.slice(5).map((slot) => codesOf(slot)[0])).toEqual(Array(15).fill('storm'));
    });

    it('is one also where another guardrail is in the way of all of it', async () => {
      const blocked = { limits: { ...limits, maxConcurrentActions: 0 } };
      const slots: Slot[] = [];
      for (let i = 0; i < 8; i += 1) slots.push(await ask(`s${i}`, i * SECOND, 'metrics', blocked));
      expect(heldIn(slots)).toBe(0);
      expect(pages(slots)).toBe(1);
      expect(codesOf(slots[7] as Slot)).toEqual(['storm', 'too_many_actions']);
    });

    it('counts a service once, however many incidents it has, and a decision once', async () => {
      for (let i = 0; i < 20; i += 1) {
        const change = { workload: `w${i}`, runbook: `r${i}` };
        const slot = await ask('only', (i * SECOND) / 100, 'metrics', change);
        expect(checkOf(slot, 'storm')?.observed).toBe('source 1, all 1 in 60 s');
      }
      const first = await ask('other', 0.5);
      expect(await ask('other', 0.5)).toEqual(first);
    });

    it('tells services apart by target and namespace', async () => {
      for (const [i, change] of [{ target: 'a' }, { target: 'b' }, { namespace: 'n' }].entries())
        await ask('web', i * SECOND, 'metrics', change);
      expect(checkOf(await ask('web', 0.1), 'storm')?.observed).toBe('source 4, all 4 in 60 s');
    });

    it('a trickle of three a minute never is one', async () => {
      for (let i = 0; i < 40; i += 1)
        expect(await ask(`s${i}`, i / 3)).toMatchObject({ status: 'held', storm: { inAll: 'calm' } });
    });

    it('takes a fifth of the services seen in a day, where that is more', async () => {
      for (let i = 0; i < 100; i += 1) await see(`s${i}`, 0);
      const slots = await burst(25, 60);
      expect(heldIn(slots)).toBe(20);
      expect(checkOf(slots[20] as Slot, 'storm')).toMatchObject({ limit: '20, 20', code: 'storm' });
    });

    it('what was seen a day ago no longer counts', async () => {
      for (let i = 0; i < 100; i += 1) await see(`s${i}`, 0);
      expect(checkOf(await ask('s1', 24 * 60 - MS), 'storm')?.limit).toBe('20, 20');
      expect(checkOf(await ask('s2', 24 * 60), 'storm')?.limit).toBe('5, 5');
    });

    it('of one source leaves the others alone, until they have one of their own', async () => {
      for (let i = 0; i < 100; i += 1) await see(`s${i}`, 0, 'quiet');
      const first = await burst(12, 60, 'metrics', 'm');
      expect([heldIn(first), pages(first)]).toEqual([5, 1]);
      expect(checkOf(first[5] as Slot, 'storm')?.reason).toContain('6 services of its source');
      expect(await ask('s1', 60.2, 'quiet')).toMatchObject({ status: 'held' });
      const second = await burst(7, 63, 'logs', 'l');
      expect([heldIn(second), pages(second)]).toEqual([5, 1]);
      expect(await ask('s2', 63.2, 'quiet')).toMatchObject({ status: 'held' });
    });

    it('of many sources with a few each is one of all, and nothing runs whoever reports it', async () => {
      const slots: Slot[] = [];
      for (const source of ['a', 'b', 'c', 'd']) slots.push(...(await burst(2, 0, source, source)));
      expect([heldIn(slots), pages(slots)]).toEqual([5, 1]);
      const other = await ask('calm', 3, 'another');
      expect(other).toMatchObject({ status: 'refused', storm: { pages: false } });
      expect(checkOf(other, 'storm')?.reason).toContain('at once, 2 min ago');
    });

    it('ends after ten minutes of little', async () => {
      await burst(6, 0);
      const begun = 2.5 * SECOND;
      expect((await ask('early', begun + 10 - MS)).status).toBe('refused');
      expect((await ask('late', begun + 10)).status).toBe('held');
    });

    it('goes on until there has been less than half of the limit for five minutes', async () => {
      await burst(6, 0);
      for (let minute = 1; minute <= 9; minute += 1) await burst(3, minute, 'metrics', `again${minute}`);
      const high = 9 + SECOND;
      // The last three leave the window a minute after, and five minutes begin.
      expect((await ask('a', high + 6 - MS)).status).toBe('refused');
      expect((await ask('b', high + 6)).status).toBe('held');
    });

    it('gives those who wait their turns, and not all of them the same', async () => {
      const slots = await burst(20, 0);
      const ends = slots.slice(5).map((slot) => checkOf(slot, 'storm')?.endsAt?.getTime() ?? 0);
      expect(Math.min(...ends)).toBeGreaterThanOrEqual(at(10 + 2.5 * SECOND).getTime());
      expect(Math.max(...ends)).toBeLessThanOrEqual(at(20).getTime());
      const inAMinute = ends.map((from) => ends.filter((end) => end >= from && end < from + 60_000).length);
      expect(Math.max(...inAMinute)).toBeLessThanOrEqual(5);
    });

    it('refuses what people approved before anything is taken, and is none by it', async () => {
      const w = { workload: 'w', limits };
      await peek('dec-w', w);
      for (let i = 0; i < 9; i += 1) {
        const wants = { service: `g${i}`, workload: `g${i}`, limits };
        await peek(`dec-g${i}`, wants);
        expect(await grant(`dec-g${i}`, wants)).toMatchObject({ status: 'held' });
      }
      await burst(6, 1);
      const refused = await grant('dec-w', w, 2);
      expect(refused.status).toBe('refused');
      expect(codesOf(refused)).toEqual(['storm']);
      expect(codesOf(await peek('dec-p', w, 2))).toEqual(['storm']);
      expect(await grant('dec-w', w, 12)).toMatchObject({ status: 'held' });
    });

    describe('that stands, and what a person runs by hand', () => {
      const byHand = (service: string, minute: number, how: { peek?: boolean } = {}) => {
        const wants = wantsOf(service);
        const decisionId = `dec-hand-${service}`;
        const asked = { decisionId, about: aboutOf(wants, 'run'), wants, record: 'r', now: at(minute) };
        return guardrails().decide({ ...asked, ...how, byPerson: true });
      };
      const granted = (service: string, minute: number, byPerson: boolean) => {
        const wants = wantsOf(service);
        const decisionId = `dec-hand-${service}`;
        const asked = { decisionId, about: aboutOf(wants, 'run'), wants, record: 'r', now: at(minute) };
        return guardrails().grant({ ...asked, byPerson });
      };

      it('is let through: the check says that it stands, and that somebody asked all the same', async () => {
        await burst(6, 0);
        const slot = await byHand('mine', 0.5);
        expect(slot).toMatchObject({ status: 'held', storm: undefined });
        expect(checkOf(slot, 'storm')).toEqual({
          name: 'storm',
          result: 'pass',
          observed: 'source 0, all 6 in 60 s; a storm stands',
          limit: '5, 5; a person asked for this',
          reason: '',
          code: '',
          endsAt: undefined,
        });
        expect(await byHand('mine', 3)).toEqual(slot);
        expect((await ask('yours', 3, 'run')).status).toBe('refused');
      });

      it('says nothing of a storm where none stands', async () => {
        expect(checkOf(await byHand('mine', 1), 'storm')).toMatchObject({
          result: 'pass',
          observed: 'source 0, all 0 in 60 s',
          limit: '5, 5',
        });
      });

      it('is let through when a second person approves it, and an approval of a report is not', async () => {
        await burst(6, 0);
        expect((await byHand('mine', 1, { peek: true })).status).toBe('noted');
        const yes = await granted('mine', 2, true);
        expect(yes.status).toBe('held');
        expect(checkOf(yes, 'storm')).toMatchObject({
          result: 'pass',
          limit: '5, 5; a person asked for this',
        });
        expect(await granted('mine', 4, true)).toEqual(yes);
        await byHand('other', 4, { peek: true });
        const no = await granted('other', 5, false);
        expect(no.status).toBe('refused');
        expect(checkOf(no, 'storm')?.reason).toContain(
          'runs it by hand (belay runbook run restart-pod --resource ...)',
        );
      });

      it('is nobody’s storm, however many are run, and keeps none alive', async () => {
        for (let i = 0; i < 12; i += 1) expect((await byHand(`h${i}`, i * SECOND)).status).toBe('held');
        expect(await guardrails().storms(at(1))).toEqual([]);
        await burst(6, 10);
        for (let i = 12; i < 20; i += 1) await byHand(`h${i}`, 19.5);
        expect((await ask('after', 20 + 3 * SECOND)).status).toBe('held');
      });

      it('heeds every other guardrail', async () => {
        await burst(6, 0);
        const slot = await byHand('s1', 1);
        expect([slot.status, codesOf(slot)]).toEqual(['refused', ['workload_locked']]);
      });

      it('is still let through by a store that was rebuilt, once it was', async () => {
        const slots = await burst(6, 0);
        const mine = await byHand('mine', 1);
        await guardrails().rebuild(async (into) => {
          for (const [i, { checks, storm, status }] of slots.entries()) {
            const wants = wantsOf(`s${i}`);
            const ordered = status === 'held' ? wants : undefined;
            const change = { about: aboutOf(wants, 'metrics'), wants: ordered, checks, storm };
            await into.decision(logged(`dec-${i}`, (i * SECOND) / 2, change));
          }
          const wants = wantsOf('mine');
          const change = { about: aboutOf(wants, 'run'), wants, checks: mine.checks };
          await into.decision(logged('dec-hand-mine', 1, change));
        });
        expect(await byHand('mine', 2)).toEqual(mine);
        expect((await byHand('more', 2)).status).toBe('held');
        expect((await ask('yours', 2)).status).toBe('refused');
      });
    });

    describe('that stands is shown to people', () => {
      const storms = (minute: number) => guardrails().storms(at(minute));

      it('with its source, its beginning and what is counted now; what is calm is not', async () => {
        await ask('s1', 0.5, 'quiet');
        expect(await storms(0.5)).toEqual([]);
        await burst(8, 1, 'metrics', 'm');
        const begun = (seconds: number) => at(1 + seconds * SECOND).getTime();
        const highAtMs = at(1 + 3.5 * SECOND).getTime();
        expect(await storms(1 + 4 * SECOND)).toEqual([
          { source: undefined, startedAtMs: begun(2), highAtMs, count: 9, seen: 9 },
          { source: 'metrics', startedAtMs: begun(2.5), highAtMs, count: 8, seen: 8 },
        ]);
        expect(await storms(3)).toMatchObject([
          { count: 0, seen: 9 },
          { count: 0, seen: 8 },
        ]);
      });

      it('of one source by itself, whatever it is called', async () => {
        for (let i = 0; i < 100; i += 1) await see(`s${i}`, 0, 'quiet');
        const names = ['all', 'source:["x"]', 'a b'];
        for (const [i, name] of names.entries()) await burst(6, 60 + 2 * i, name, `n${i}-`);
        const sources = (await storms(66)).map(({ source }) => source);
        expect(sources).toEqual([...names].sort());
      });

      it('until it is over, and again when it is told again', async () => {
        await burst(6, 0);
        const begun = 2.5 * SECOND;
        expect(await storms(begun + 10 - MS)).toHaveLength(2);
        expect(await storms(begun + 10)).toEqual([]);
        await burst(6, 20, 'metrics', 'again');
        expect((await storms(21)).map(({ startedAtMs }) => startedAtMs)).toEqual(
          Array(2).fill(at(20 + 2.5 * SECOND).getTime()),
        );
      });

      it('and nothing is taken, counted or changed by looking', async () => {
        await burst(6, 0);
        for (let i = 0; i < 3; i += 1) await storms(1 + i);
        const later = await ask('later', 5);
        expect(checkOf(later, 'storm')?.observed).toBe('source 1, all 1 in 60 s');
      });

      it('also where it has begun before a rebuild', async () => {
        const slots = await burst(7, 0);
        const before = await storms(0.1);
        await guardrails().rebuild(async (into) => {
          for (const [i, { checks, storm, status }] of slots.entries()) {
            const wants = wantsOf(`s${i}`);
            const minute = (i * SECOND) / 2;
            const ordered = status === 'held' ? wants : undefined;
            const change = { about: aboutOf(wants, 'metrics'), wants: ordered, checks, storm };
            await into.decision(logged(`dec-metrics-s${i}-${minute}`, minute, change));
          }
        });
        expect(before).toHaveLength(2);
        expect(await storms(0.1)).toEqual(before);
      });
    });

    it('stands after a rebuild in its middle, with what was counted, and tells nobody again', async () => {
      for (let i = 0; i < 50; i += 1) await see(`s${i}`, 0, 'quiet');
      const slots = await burst(8, 60);
      await guardrails().rebuild(async (into) => {
        for (let i = 0; i < 50; i += 1) {
          const about = aboutOf(wantsOf(`s${i}`), 'quiet');
          await into.decision(logged(`dec-seen-${i}`, 0, { about }));
        }
        for (const [i, slot] of slots.entries()) {
          const wants = wantsOf(`s${i}`);
          const minute = 60 + (i * SECOND) / 2;
          const ordered = slot.status === 'held' ? wants : undefined;
          const { checks, storm } = slot;
          const change = { about: aboutOf(wants, 'metrics'), wants: ordered, checks, storm };
          await into.decision(logged(`dec-metrics-s${i}-${minute}`, minute, change));
        }
      });
      expect(await ask('s5', 60 + 2.5 * SECOND)).toEqual(slots[5]);
      const next = await ask('after', 60.5);
      expect(next).toMatchObject({ status: 'refused', storm: { ofSource: 'high', pages: false } });
      expect(checkOf(next, 'storm')).toMatchObject({ observed: 'source 9, all 9 in 60 s', limit: '5, 10' });
      expect((await ask('other', 60.6, 'quiet')).status).toBe('held');
    });
  });
}

const logged = (decisionId: string, minute: number, change: Partial<LoggedDecision>): LoggedDecision => ({
  decisionId,
  record: 'r',
  wants: undefined,
  checks: [],
  trial: false,
  decidedAt: at(minute),
  ...change,
});
