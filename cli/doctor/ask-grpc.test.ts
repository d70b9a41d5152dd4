import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '#lib/clock.ts';
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
      ],
    });
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
