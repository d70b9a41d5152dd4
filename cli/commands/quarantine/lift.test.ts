import { afterAll, afterEach, expect, it } from 'vitest';
import { ControlSet } from '#gen/belay/v1/control.ts';
import { DecisionServiceService } from '#gen/belay/v1/decision_service.ts';
import { systemClock } from '#lib/clock.ts';
import { authenticator, closeAll, closeLater, tokenOf } from '#lib/grpc/fixtures/decision-server.ts';
import { createGrpcServer } from '#lib/grpc/grpc-server.ts';
import { removeFolders, runBelay } from '../../fixtures/run-belay.ts';

afterEach(closeAll);
afterAll(removeFolders);

const { liftQuarantine } = DecisionServiceService;

async function startDecision(): Promise<string> {
  const server = createGrpcServer({
    host: '127.0.0.1',
    port: 0,
    authenticator,
    clock: systemClock,
    onRefused: () => {},
    onError: ({ error }) => expect.unreachable(String(error)),
  });
  const value = { lifted: true, actionId: 'act-91d0', resource: undefined };
  const control = { key: 'quarantine/act-91d0', setting: { $case: 'quarantine', value } as const };
  const lifted = { control: ControlSet.fromPartial({ ...control, reason: 'it is well' }) };
  server.addService(
    { liftQuarantine },
    { liftQuarantine: async () => lifted },
    { liftQuarantine: 'operator' },
  );
  closeLater(() => server.stop(0));
  return (await server.start()).endpoint;
}

it('says that the workload stays locked, and how that ends', async () => {
  const env = { BELAY_ENDPOINT: await startDecision(), BELAY_TOKEN: tokenOf('operator') };
  const run = await runBelay(['quarantine', 'lift', 'act-91d0', '--reason', 'it is well'], { env });
  expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('act-91d0') });
  expect(run.stderr).toContain('The workload stays locked');
  expect(run.stderr).toContain('belay action settle act-91d0 --outcome done|not-done');
}, 60_000);
