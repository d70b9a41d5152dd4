import { once } from 'node:events';
import { connect } from 'node:http2';
import { inspect } from 'node:util';
import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AuditServiceService } from '#gen/belay/v1/audit_service.ts';
import { DecisionServiceService } from '#gen/belay/v1/decision_service.ts';
import { DetectorServiceService } from '#gen/belay/v1/detector_service.ts';
import { systemClock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import { type Access, identityOf, permits, ROLES } from '#lib/identity/identity.ts';
import {
  access,
  authenticator,
  closeAll,
  closeLater,
  type Definition,
  definition,
  engageRequest,
  noControls,
  startDecisionServer,
  tokenOf,
} from './fixtures/decision-server.ts';
import { GET_CONTROLS, rawCall } from './fixtures/raw-call.ts';
import { createGrpcServer, type GrpcServer } from './grpc-server.ts';
import type { AccessRules, Handlers, ServiceMethods } from './service-methods.ts';

afterEach(async () => {
  vi.restoreAllMocks();
  await closeAll();
});

const listening = { host: '127.0.0.1', port: 0, authenticator, clock: systemClock };
const empty = Buffer.alloc(0);
const codeOf = async (...call: Parameters<typeof rawCall>) =>
  (await rawCall(...call)).error?.code ?? status.OK;

describe('roles', () => {
  const rules: Record<string, Access> = {
    ReportIncident: ['service', 'responder'],
    ResolveIncident: ['service', 'responder'],
    GetIncident: 'viewer',
    ExplainDecision: 'viewer',
    QueryEvents: 'viewer',
    EngageKillSwitch: 'responder',
    ReleaseKillSwitch: 'operator',
    GetControls: ['viewer', 'service'],
  };
  const definitions: readonly ServiceMethods[] = [
    DecisionServiceService,
    AuditServiceService,
    DetectorServiceService,
  ];
  const paths = definitions.flatMap((definition) => Object.values(definition).map(({ path }) => path));
  const ruleOf = (path: string): Access => rules[path.split('/').at(-1) ?? ''] ?? 'operator';

  /** All methods of all services, each of which answers with its defaults. */
  const serve = (server: GrpcServer, definition: ServiceMethods) => {
    const each = <T>(value: (path: string) => T) =>
      Object.fromEntries(Object.entries(definition).map(([name, { path }]) => [name, value(path)]));
    const answer = (path: string) => {
      const method = Object.values(definition).find((known) => known.path === path);
      return async () => method?.responseDeserialize(empty);
    };
    server.addService(definition, each(answer) as Handlers<ServiceMethods>, each(ruleOf));
  };

  it('open exactly the methods that they are for, and each refusal is reported', async () => {
    const refused: string[] = [];
    const onRefused = (refusal: { method: string; actor: { name: string } | undefined }) =>
      refused.push(`${refusal.actor?.name} ${refusal.method}`);
    const server = createGrpcServer({
      ...listening,
      onRefused,
      onError: ({ error }) => expect.unreachable(inspect(error)),
    });
    for (const definition of definitions) serve(server, definition);
    const { endpoint } = await server.start();
    closeLater(() => server.stop(0));

    const expected: string[] = [];
    for (const role of ROLES) {
      for (const path of paths) {
        const allowed = permits(identityOf('x', [role]), ruleOf(path));
        const code = await codeOf(endpoint, path, empty, { authorization: `Bearer ${tokenOf(role)}` });
        expect([role, path, code]).toEqual([role, path, allowed ? status.OK : status.PERMISSION_DENIED]);
        if (!allowed) expected.push(`the-${role} ${path.split('.').at(-1)}`);
      }
    }
    expect(refused).toEqual(expected);
    expect(expected).toContain('the-viewer DecisionService/ReleaseKillSwitch');
  });

  it('are told to whoever lacks one, and to the audit', async () => {
    const { clientOf, refusals } = await startDecisionServer();
    const call = clientOf('viewer').engageKillSwitch(engageRequest);
    await expect(call).rejects.toMatchObject({
      kind: 'forbidden',
      code: 'ROLE_MISSING',
      message: 'the-viewer may not call DecisionService/EngageKillSwitch',
      why: 'it needs the role responder; the-viewer has viewer',
    });
    expect(refusals).toEqual([
      {
        actor: expect.objectContaining({ name: 'the-viewer' }) as unknown,
        method: 'DecisionService/EngageKillSwitch',
        neededRole: 'responder',
        peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as unknown,
      },
    ]);
  });
});

describe('a caller', () => {
  it.each([
    ['no credentials', {}],
    ['an unknown token', { authorization: `Bearer ${'y'.repeat(43)}` }],
    ['another scheme', { authorization: 'Basic dXNlcjpwYXNz' }],
    ['an empty token', { authorization: 'Bearer ' }],
    ['the token without its scheme', { authorization: tokenOf('operator') }],
  ])('with %s is not let in, nothing runs, and the audit hears of it', async (_what, headers) => {
    let runs = 0;
    const getControls = async () => {
      runs += 1;
      return noControls;
    };
    const { endpoint, refusals } = await startDecisionServer({ getControls });
    expect(await codeOf(endpoint, GET_CONTROLS, empty, headers)).toBe(status.UNAUTHENTICATED);
    expect(runs).toBe(0);
    expect(refusals).toMatchObject([{ actor: undefined, neededRole: 'viewer or service' }]);
  });

  it('gets no answer with his token in it, nor does the log', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {});
    const { endpoint, refusals, failures } = await startDecisionServer();
    const token = 'secret-token-of-nobody-at-all-0123456789';
    const answer = await rawCall(endpoint, GET_CONTROLS, empty, { authorization: `Bearer ${token}` });
    const seen = inspect([answer, refusals, failures, printed.mock.calls], { depth: 9 });
    expect(seen).not.toContain(token);
  });

  it('that cannot be checked just now is told so, and is not taken for a stranger', async () => {
    const away = new BelayError('unavailable', 'cannot check tokens', { code: 'ISSUER_KEYS_UNAVAILABLE' });
    const { clientOf, refusals } = await startDecisionServer(
      {},
      { authenticator: { authenticate: () => Promise.reject(away) } },
    );
    const call = clientOf('operator').getControls({});
    await expect(call).rejects.toMatchObject({ kind: 'unavailable', code: 'ISSUER_KEYS_UNAVAILABLE' });
    expect(refusals).toEqual([]);
  });

  it('stays outside when signing in breaks, or when the refusal cannot be reported', async () => {
    const broken = { authenticate: () => Promise.reject(new Error('s3cret')) };
    const first = await startDecisionServer({}, { authenticator: broken });
    await expect(first.clientOf('operator').getControls({})).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(first.failures).toHaveLength(1);
    const onRefused = () => {
      throw new Error('the bus is away');
    };
    const second = await startDecisionServer({}, { onRefused });
    const call = second.clientOf('viewer').engageKillSwitch(engageRequest);
    await expect(call).rejects.toMatchObject({ kind: 'internal', code: 'INTERNAL' });
    expect(second.failures).toHaveLength(1);
  });
});

describe('odd headers', () => {
  /** Below the client library, which would not let these out. */
  async function http2Call(endpoint: string, headers: Record<string, string | string[]>) {
    const session = connect(`http://${endpoint}`);
    const stream = session.request({
      ':method': 'POST',
      ':path': GET_CONTROLS,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    stream.end(Buffer.alloc(5));
    const [answered] = (await once(stream, 'response')) as [Record<string, string>];
    const trailers: Record<string, string> = {};
    stream.on('trailers', (given: Record<string, string>) => Object.assign(trailers, given));
    stream.resume();
    await once(stream, 'close');
    session.close();
    return Number(trailers['grpc-status'] ?? answered['grpc-status']);
  }

  const good = `Bearer ${tokenOf('viewer')}`;

  it.each([
    [
      'bytes that are no UTF-8 in the token',
      { authorization: 'Bearer s3cret-t\u00f6k\u00e9n-\u00ff\u00fe' },
      status.UNAUTHENTICATED,
    ],
    [
      'bytes that are no UTF-8 elsewhere',
      { authorization: good, 'x-request-id': '\u00ff\u00fe\u0080' },
      status.OK,
    ],
    ['binary metadata that is no base64', { authorization: good, 'trace-bin': '%%%%' }, status.OK],
    ['a timeout that is no time', { authorization: good, 'grpc-timeout': 'soon' }, status.INTERNAL],
    ['a timeout beyond all numbers', { authorization: good, 'grpc-timeout': '99999999H' }, undefined],
  ])('%s do no harm and leave no trace', async (_what, headers, expected) => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {});
    const { endpoint, clientOf } = await startDecisionServer();
    const code = await http2Call(endpoint, headers);
    expect(code).toBe(expected ?? code);
    expect(await clientOf('viewer').getControls({})).toBeDefined();
    expect(printed.mock.calls).toEqual([]);
  });

  it('a second authorization cannot hide behind the first', async () => {
    const { endpoint } = await startDecisionServer();
    const code = await http2Call(endpoint, { authorization: `Bearer ${'y'.repeat(43)}, ${good}` });
    expect(code).toBe(status.UNAUTHENTICATED);
  });
});

describe('addService', () => {
  const handlers: Handlers<Definition> = {
    engageKillSwitch: async () => ({ control: undefined }),
    releaseKillSwitch: async () => ({ control: undefined }),
    getControls: async () => noControls,
    listStorms: async () => ({ storms: [], readAt: undefined }),
  };
  const without = <T extends object>(from: T, key: keyof T): T => {
    const rest = { ...from };
    delete rest[key];
    return rest;
  };
  const add = async (given: object, rules: AccessRules<Definition>, schemas: object = {}) => {
    const { server } = await startDecisionServer();
    server.addService(definition, given as typeof handlers, rules, schemas);
  };
  const streaming = { watch: { ...definition.getControls, responseStream: true } };

  it.each([
    ['a method without a rule', handlers, without(access, 'getControls')],
    ['a method without a handler', without(handlers, 'getControls'), access],
    ['a rule without a method', handlers, { ...access, getControl: 'viewer' }],
    ['a handler without a method', { ...handlers, toString: async () => ({}) }, access],
  ] as const)('fails on %s', async (_what, given, rules) => {
    await expect(add(given, rules)).rejects.toMatchObject({ kind: 'invalid', code: 'SERVICE_INCOMPLETE' });
  });

  it('fails on a schema without a method, and on streams', async () => {
    await expect(add(handlers, access, { getControl: {} })).rejects.toMatchObject({
      code: 'SERVICE_INCOMPLETE',
    });
    const { server } = await startDecisionServer();
    const addStream = () =>
      server.addService(streaming, { watch: handlers.getControls }, { watch: 'viewer' });
    expect(addStream).toThrow('cannot serve watch: streams are not supported');
  });

  it('serves a method for anyone to a caller without credentials, and still refuses bad ones', async () => {
    const names: string[] = [];
    const getControls: typeof handlers.getControls = async (_request, { actor }) => {
      names.push(`${actor.name} ${actor.roles.join()}`);
      return noControls;
    };
    const definition = { getControls: DecisionServiceService.getControls };
    const server = createGrpcServer({
      ...listening,
      onRefused: () => {},
      onError: () => {},
    });
    server.addService(definition, { getControls }, { getControls: 'anyone' });
    const { endpoint } = await server.start();
    closeLater(() => server.stop(0));
    expect(await codeOf(endpoint, GET_CONTROLS, empty)).toBe(status.OK);
    expect(await codeOf(endpoint, GET_CONTROLS, empty, { authorization: 'Bearer x' })).toBe(
      status.UNAUTHENTICATED,
    );
    expect(names).toEqual(['anonymous ']);
  });
});
