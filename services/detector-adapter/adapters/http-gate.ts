import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { BelayError } from '#lib/errors.ts';
import type { Refusal } from '#lib/grpc/call-gate.ts';
import { readBearer } from '#lib/identity/create-authenticator.ts';
import { type Authenticator, type Identity, permits } from '#lib/identity/identity.ts';
import type { HttpRoute } from '../handlers/http-routes.ts';
import { unsupportedMedia } from './http-error.ts';

export interface GateOptions {
  readonly authenticator: Authenticator;
  readonly isAllowed: (caller: string) => boolean;
  readonly onRefused: (refusal: Refusal) => void;
}

type Rule = Pick<HttpRoute, 'access' | 'command'>;

/** Decides on the headers alone: strangers cannot make the server read what they send. */
export async function admit(request: IncomingMessage, rule: Rule, options: GateOptions): Promise<Identity> {
  refuseBrowsers(request);
  const actor = await authorize(request, rule, options);
  if (!options.isAllowed(actor.name)) throw tooMany(actor);
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') throw unsupportedMedia();
  return actor;
}

/** Detectors are no browsers. A page that somebody here has open must not report incidents in his name. */
function refuseBrowsers({ headers }: IncomingMessage): void {
  if (headers.origin === undefined) return;
  throw new BelayError('forbidden', 'requests from web pages are not taken', {
    code: 'BROWSER_REFUSED',
    why: 'the request has an origin header, which browsers add',
  });
}

async function authorize(
  request: IncomingMessage,
  { access, command }: Rule,
  { authenticator, onRefused }: GateOptions,
): Promise<Identity> {
  const { remoteAddress, remotePort } = request.socket;
  const neededRole = [access].flat().join(' or ');
  const refuse = (actor: Identity | undefined) =>
    onRefused({ actor, method: command, neededRole, peer: `${remoteAddress}:${remotePort}` });
  const actor = await identify(request, authenticator).catch((error: unknown) => {
    if (error instanceof BelayError && error.kind === 'unauthenticated') refuse(undefined);
    throw error;
  });
  if (actor && permits(actor, access)) return actor;
  refuse(actor);
  throw actor ? lacksRole(actor, command, neededRole) : notSignedIn();
}

async function identify(
  { headersDistinct, socket }: IncomingMessage,
  authenticator: Authenticator,
): Promise<Identity | undefined> {
  const headers = headersDistinct['authorization'] ?? [];
  const verified = socket instanceof TLSSocket && socket.authorized;
  return authenticator.authenticate({
    // Of two, somebody on the way may have read the other one: they are no bearer token.
    token: readBearer(headers.length > 1 ? '' : headers[0]),
    certificate: verified ? socket.getPeerCertificate() : undefined,
  });
}

function notSignedIn(): BelayError {
  return new BelayError('unauthenticated', 'not signed in', {
    code: 'NOT_SIGNED_IN',
    next: 'send a token, or connect with a client certificate',
  });
}

function lacksRole(actor: Identity, command: string, neededRole: string): BelayError {
  return new BelayError('forbidden', `${actor.name} may not call ${command}`, {
    code: 'ROLE_MISSING',
    why: `it needs the role ${neededRole}; ${actor.name} has ${actor.roles.join(', ') || 'none'}`,
    next: 'ask an operator, or sign in as somebody who has the role',
  });
}

function tooMany({ name }: Identity): BelayError {
  return new BelayError('unavailable', `${name} sends too many requests`, {
    code: 'RATE_LIMITED',
    next: 'wait a second; repeats of an open incident need not be sent more than once a minute',
  });
}
