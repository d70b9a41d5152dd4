import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import { closeAll, noControls, startDecisionServer, tokenOf } from '#lib/grpc/fixtures/decision-server.ts';
import { askGrpc } from './ask-grpc.ts';

afterEach(() => closeAll());

const ask = (endpoint: string, token?: string) =>
  askGrpc({ context: 'x', endpoint, ops: [], token: () => token }, { timeoutMs: 2_000, clock: systemClock });

describe('a gRPC server that is asked', () => {
  it('is fine when it answers and knows the token', async () => {
    const { endpoint } = await startDecisionServer();
    expect(await ask(endpoint, tokenOf('viewer'))).toEqual({
      reached: true,
      checks: [
        { service: 'grpc', name: 'calls', asked: endpoint, ok: true, detail: 'answers, and knows who asks' },
        { service: 'grpc', name: 'storm', asked: endpoint, ok: true, detail: 'none stands' },
      ],
    });
  });

  it('is asked whether a storm stands: then nothing runs, and nothing else looks wrong', async () => {
    const [startedAt, endsAt] = [new Date('2026-03-03T03:12:05.400Z'), new Date('2026-03-03T03:22:05Z')];
    const storm = { source: 'prometheus', startedAt, endsAt, services: 9, limit: 5 };
    const { endpoint } = await startDecisionServer({
      listStorms: async () => ({ storms: [storm], readAt: startedAt }),
    });
    const { checks } = await ask(endpoint, tokenOf('viewer'));
    expect(checks.find(({ name }) => name === 'storm')).toMatchObject({
      ok: false,
      detail:
        'of prometheus since 2026-03-03T03:12:05Z: nothing of it runs by itself; earliest end 2026-03-03T03:22:05Z',
      fix: expect.stringContaining('belay runbook run NAME --resource'),
    });
  });

  it('says so where it cannot tell whether a storm stands', async () => {
    const { endpoint } = await startDecisionServer({
      listStorms: () =>
        Promise.reject(
          new BelayError('unavailable', 'not ready', { code: 'GUARDRAILS_NOT_READY', next: 'wait' }),
        ),
    });
    const { reached, checks } = await ask(endpoint, tokenOf('viewer'));
    expect(reached).toBe(true);
    expect(checks.find(({ name }) => name === 'storm')).toMatchObject({ ok: false, fix: 'wait' });
  });

  it('tells its time', async () => {
    const readAt = new Date(Date.now() + 60_000);
    const { endpoint } = await startDecisionServer({ getControls: async () => ({ ...noControls, readAt }) });
    const { checks } = await ask(endpoint, tokenOf('viewer'));
    expect(checks[1]).toMatchObject({
      name: 'clock',
      ok: false,
      detail: expect.stringContaining('ahead of'),
    });
  });

  it.each([
    ['no token', undefined],
    ['a token that it does not know', 'x'.repeat(43)],
  ])('is there, and refuses %s', async (_, token) => {
    const { endpoint } = await startDecisionServer();
    const { reached, checks } = await ask(endpoint, token);
    expect(reached).toBe(true);
    expect(checks).toMatchObject([{ ok: false, fix: expect.stringMatching(/token|sign in/) }]);
  });

  it('is not there, with the reason as a code', async () => {
    const { server, endpoint } = await startDecisionServer();
    await server.stop(0);
    expect(await ask(endpoint)).toMatchObject({
      reached: false,
      checks: [{ ok: false, detail: `${endpoint} does not answer (ECONNREFUSED)` }],
    });
  });

  it('gets no token over a network that can read it', async () => {
    const { reached, checks } = await ask('belay.invalid:7173', tokenOf('viewer'));
    expect(reached).toBe(true);
    expect(checks).toMatchObject([{ ok: false, detail: expect.stringContaining('readable by the network') }]);
  });
});
