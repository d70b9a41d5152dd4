import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { AuditServiceService, QueryEventsResponse } from '#gen/belay/v1/audit_service.ts';
import { systemClock } from '#lib/clock.ts';
import { authenticator, closeAll, closeLater, tokenOf } from '#lib/grpc/fixtures/decision-server.ts';
import { createGrpcServer } from '#lib/grpc/grpc-server.ts';
import { removeFolders, runBelay } from '../../fixtures/run-belay.ts';

afterEach(closeAll);
afterAll(removeFolders);

const { queryEvents } = AuditServiceService;

/** A history in which nothing ever happened. */
async function startAudit(): Promise<string> {
  const server = createGrpcServer({
    host: '127.0.0.1',
    port: 0,
    authenticator,
    clock: systemClock,
    onRefused: () => {},
    onError: ({ error }) => expect.unreachable(String(error)),
  });
  const nothing = async () => QueryEventsResponse.fromPartial({});
  server.addService({ queryEvents }, { queryEvents: nothing }, { queryEvents: 'viewer' });
  closeLater(() => server.stop(0));
  return (await server.start()).endpoint;
}

describe('a search', () => {
  it.each([
    ['DecisionMad', /Did you mean DecisionMade\?/],
    ['Foo', /One of .*DecisionMade, .*ActionFinished/],
    // Orders are not in the history.
    ['Order', /OrderIssued/],
  ])('for the type %s is refused by its name, with those there are', async (type, next) => {
    const { code, stderr } = await runBelay(['audit', 'query', '--type', 'DecisionMade', type]);
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`--type ${type} is no type of event`),
    });
    expect(stderr).toMatch(next);
  });

  it('for an outcome that nothing has says where outcomes are', async () => {
    const env = { BELAY_ENDPOINT: await startAudit(), BELAY_TOKEN: tokenOf('viewer') };
    const found = await runBelay(['audit', 'query', '--outcome', 'rubbish'], { env });
    expect(found).toMatchObject({ code: 0, stderr: expect.stringContaining('the outcome rubbish') });
    expect((await runBelay(['audit', 'query'], { env })).stderr).not.toContain('outcome');
  });
});
