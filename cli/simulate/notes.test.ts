import { describe, expect, it } from 'vitest';
import { openEngine } from '../play/engine.ts';
import { DEFAULT_POLICY } from '../play/policy.ts';
import { record, type Reported, shipped, START } from '../../test/support/record-incidents.ts';
import { historyOf } from './history.ts';
import { notesOn } from './notes.ts';
import { replay } from './replay.ts';
import { simulationOf } from './simulation.ts';

interface Settings {
  readonly sinceMinute?: number;
  readonly runbooks?: typeof shipped;
  readonly withoutData?: number;
  readonly without?: readonly string[];
}

async function notes(story: readonly Reported[], settings: Settings = {}): Promise<string> {
  const { sinceMinute = 0, runbooks = shipped, withoutData = 0, without = [] } = settings;
  const since = new Date(START.getTime() + sinceMinute * 60_000);
  const events = (await record(story)).filter(({ type }) => !without.includes(type));
  const history = historyOf(events, since);
  const { past, resets } = history;
  const engine = await openEngine({ runbooks, policy: DEFAULT_POLICY, past, resets, since });
  const simulation = simulationOf(await replay(history, engine, since));
  const names = runbooks.map(({ name }) => name);
  return notesOn({
    simulation,
    history,
    runbooks: names,
    bounded: [],
    policyFile: undefined,
    withoutData,
  }).join('\n');
}

describe('the notes on a simulation', () => {
  it('say what actions were there before, and how those that follow ended', async () => {
    const story = [{ minute: 0 }, { minute: 60 }, { minute: 120, ends: 'open' as const }];
    expect(await notes(story, { sinceMinute: 30 })).toContain(
      'guardrails begin with 1 action from before; 1 simulated action ended as recorded; 1 simulated action had not ended, and goes on.',
    );
  });

  it('say which incidents lost their runbook', async () => {
    const runbooks = shipped.filter(({ name }) => name !== 'restart-pod');
    expect(await notes([{ minute: 0 }], { runbooks })).toMatch(
      /^1 incident went to restart-pod, which is not among the runbooks given: /,
    );
    expect(await notes([{ minute: 0 }])).not.toContain('not among');
  });

  it('say that what people stopped is counted apart', async () => {
    expect(await notes([{ minute: 0, killSwitch: true }])).toMatch(
      /^1 incident came while automation was stopped \(.+\) and is counted apart: /,
    );
  });

  it('say what could not be compared, also where nothing else was there', async () => {
    const story = [{ minute: 0 }, { minute: 1 }];
    expect(await notes(story, { without: ['DecisionMade'], withoutData: 1 })).toBe(
      '2 reports without a decision yet: not compared.\n' +
        '1 event too long for audit to show: left out, and an incident among them is not compared.',
    );
    expect(await notes(story, { without: ['IncidentReported'] })).toMatch(
      /^2 decisions that came later about the same report, or whose report is not in the history: not compared/,
    );
  });
});
