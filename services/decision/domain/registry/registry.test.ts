import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { activate } from './activate.ts';
import { applyContent } from './apply-content.ts';
import { mayStartActivate } from './choose-at-start.ts';
import { type ActiveMode, activeOf, type Chooser, type Entry, newEntry, type Transition } from './entry.ts';
import { boundedBy, isFreerThan } from './modes.ts';
import { archive, deprecate } from './retire.ts';

const MODES: readonly ActiveMode[] = ['observe', 'manual', 'suggest', 'approval_required', 'auto_execute'];
const mode = fc.constantFrom(...MODES);
const by = fc.constantFrom<Chooser[]>('start', 'command');
const number = fc.integer({ min: 1, max: 5 });

type Move = (entry: Entry) => Transition;

/** Whatever is asked for: what is seen is right half of the time. */
const move: fc.Arbitrary<Move> = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 4 }), by).map(([content, who]): Move => {
    return (entry) => applyContent(entry, `sha256:${content}`, who);
  }),
  fc.record({ version: number, mode, asksFor: mode, isFresh: fc.boolean(), who: by }).map((want): Move => {
    const stale = { version: want.version, mode: want.mode };
    return (entry) => activate(entry, { ...want, seen: want.isFresh ? activeOf(entry) : stale }, want.who);
  }),
  fc.tuple(fc.option(number, { nil: undefined }), by).map(([version, who]): Move => {
    return (entry) => deprecate(entry, version, who);
  }),
  fc.tuple(fc.option(number, { nil: undefined }), by).map(([version, who]): Move => {
    return (entry) => archive(entry, version, who);
  }),
);

/** Every state on the way, with the transition that led to the next. */
function play(moves: readonly Move[]) {
  let entry = newEntry('restart-pod');
  return moves.map((next) => {
    const before = entry;
    const transition = next(before);
    if (transition.ok) entry = transition.entry;
    return { before, transition, after: entry };
  });
}

describe('whatever is asked of a runbook', () => {
  const holds = (check: (step: ReturnType<typeof play>[number]) => void) =>
    fc.assert(fc.property(fc.array(move, { maxLength: 30 }), (moves) => play(moves).forEach(check)));

  it('at most one version is active, and has a mode; without one there is no mode', () => {
    holds(({ after }) => {
      const active = after.versions.filter(({ status }) => status === 'active');
      expect(active.length).toBeLessThanOrEqual(1);
      expect(after.mode !== undefined).toBe(active.length === 1);
    });
  });

  it('versions count from 1 without gaps, each content has one, and none is ever lost or renumbered', () => {
    holds(({ before, after }) => {
      expect(after.versions.map(({ version }) => version)).toEqual(
        after.versions.map((_, index) => index + 1),
      );
      expect(new Set(after.versions.map(({ digest }) => digest)).size).toBe(after.versions.length);
      const kept = after.versions.slice(0, before.versions.length);
      expect(kept.map(({ digest }) => digest)).toEqual(before.versions.map(({ digest }) => digest));
    });
  });

  it('every version that is otherwise than before has a change that says so, and no other has', () => {
    holds(({ before, transition, after }) => {
      const moved = after.versions.filter(
        (version, index) => version.status !== before.versions[index]?.status,
      );
      const isModeMoved = before.mode !== after.mode && moved.length === 0;
      const told = transition.ok ? transition.changes.map(({ version }) => version) : [];
      expect(new Set(told)).toEqual(
        new Set(isModeMoved ? [activeOf(after)?.version] : moved.map(({ version }) => version)),
      );
      expect(new Set(told).size).toBe(told.length);
    });
  });

  it('what is archived becomes active only by being applied again', () => {
    holds(({ before, after }) => {
      const put = before.versions.filter(({ status }) => status === 'archived');
      const active = activeOf(after)?.version;
      expect(put.some(({ version }) => version === active)).toBe(false);
    });
  });

  it('a start never activates what would overturn a command', () => {
    holds(({ after }) => {
      if (after.chosenBy !== 'command') return;
      for (const { version } of after.versions) expect(mayStartActivate(after, version)).toBe(false);
    });
  });
});

describe('activation', () => {
  const two = ['sha256:1', 'sha256:2'].reduce<Entry>(
    (entry, digest) => applyContent(entry, digest, 'command').entry,
    newEntry('restart-pod'),
  );

  it('of many who saw the same, one wins, and the others hear what is active', () => {
    const wants = fc.array(fc.record({ version: fc.constantFrom(1, 2), mode }), { minLength: 2 });
    fc.assert(
      fc.property(wants, (all) => {
        let entry = two;
        const answers = all.map((want) => {
          const answer = activate(entry, { ...want, asksFor: 'auto_execute', seen: undefined }, 'command');
          if (answer.ok) entry = answer.entry;
          return answer;
        });
        expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
        for (const answer of answers.slice(1))
          expect(answer).toEqual({
            ok: false,
            refusal: { code: 'changed_meanwhile', active: all[0] },
          });
      }),
    );
  });

  it('never allows more than the runbook asks for', () => {
    fc.assert(
      fc.property(mode, mode, (wanted, asksFor) => {
        const answer = activate(two, { version: 1, mode: wanted, asksFor, seen: undefined }, 'command');
        expect(answer.ok).toBe(!isFreerThan(wanted, asksFor));
        expect(isFreerThan(boundedBy(asksFor, wanted), asksFor)).toBe(false);
        expect(isFreerThan(boundedBy(asksFor, wanted), wanted)).toBe(false);
      }),
    );
  });

  it('deprecates the version before it, and says so', () => {
    const first = activate(
      two,
      { version: 1, mode: 'observe', asksFor: 'suggest', seen: undefined },
      'start',
    );
    expect(first).toMatchObject({ ok: true });
    const seen = { version: 1, mode: 'observe' } as const;
    const second = activate(
      first.ok ? first.entry : two,
      { version: 2, mode: 'suggest', asksFor: 'suggest', seen },
      'start',
    );
    expect(second).toMatchObject({
      entry: { mode: 'suggest', versions: [{ status: 'deprecated' }, { status: 'active' }] },
      changes: [
        { version: 1, type: 'deprecated' },
        { version: 2, type: 'activated', mode: 'suggest' },
      ],
    });
  });
});

describe('a start', () => {
  const applied = applyContent(newEntry('restart-pod'), 'sha256:1', 'start').entry;
  const wanted = { version: 1, mode: 'auto_execute', asksFor: 'auto_execute', seen: undefined } as const;
  const started = activate(applied, wanted, 'start');
  const entry = started.ok ? started.entry : applied;

  it('activates what is new in its files, and again after another start had', () => {
    expect(mayStartActivate(applied, 1)).toBe(true);
    const changed = applyContent(entry, 'sha256:2', 'start').entry;
    expect(mayStartActivate(changed, 2)).toBe(true);
    expect(mayStartActivate(changed, 1)).toBe(false);
  });

  it.each<[string, (entry: Entry) => Transition]>([
    [
      'a lower mode',
      (before) =>
        activate(
          before,
          { ...wanted, mode: 'observe', seen: { version: 1, mode: 'auto_execute' } },
          'command',
        ),
    ],
    ['that it is not to run', (before) => deprecate(before, undefined, 'command')],
  ])('leaves what somebody has chosen since: %s', (_, choose) => {
    const chosen = choose(entry);
    expect(chosen.ok).toBe(true);
    const restarted = applyContent(chosen.ok ? chosen.entry : entry, 'sha256:2', 'start').entry;
    expect(restarted.versions.at(-1)).toMatchObject({ version: 2, status: 'draft' });
    expect([1, 2].map((version) => mayStartActivate(restarted, version))).toEqual([false, false]);
  });

  it('does not bring back what was archived; a command does, as a draft', () => {
    const stopped = deprecate(entry, undefined, 'command');
    const put = archive(stopped.ok ? stopped.entry : entry, undefined, 'command');
    const archived = put.ok ? put.entry : entry;
    expect(applyContent(archived, 'sha256:1', 'start').changes).toEqual([]);
    expect(applyContent(archived, 'sha256:1', 'command')).toMatchObject({
      entry: { versions: [{ status: 'draft' }] },
      changes: [{ type: 'restored' }],
    });
  });
});
