import type { PeerCertificate } from 'node:tls';

/** From reading up to everything, and `service`, which stands apart. */
export const ROLES = ['viewer', 'responder', 'approver', 'operator', 'service'] as const;
export type Role = (typeof ROLES)[number];

export interface Identity {
  readonly kind: 'human' | 'service_account' | 'engine';
  readonly name: string;
  readonly roles: readonly Role[];
  readonly groups: readonly string[];
}

/** Who may do a thing: anyone at all, or whoever holds one of the roles. */
export type Access = 'anyone' | Role | readonly Role[];

export interface Credentials {
  readonly token?: string | undefined;
  /** Of a TLS connection whose client certificate was verified. */
  readonly certificate?: PeerCertificate | undefined;
}

export interface Authenticator {
  /**
   * Undefined: not known here. Throws `unauthenticated` for credentials that are bad beyond doubt, and
   * `unavailable` when it cannot tell.
   */
  authenticate(credentials: Credentials): Promise<Identity | undefined>;
}

// Each rung may do what the rungs before it may.
const LADDER: readonly Role[] = ['viewer', 'responder', 'approver', 'operator'];

/**
 * `service` is the role of machines. It opens exactly what names it (taking incidents in, reading controls)
 * and nothing by rank: no rung includes it, and it includes no rung. Whoever holds it is a machine, and
 * counts as a responder at most, whatever else it was given: approvals and guardrails are for people.
 */
export function identityOf(name: string, roles: readonly Role[], groups: readonly string[] = []): Identity {
  return { kind: roles.includes('service') ? 'service_account' : 'human', name, roles, groups };
}

export function permits(identity: Identity, access: Access): boolean {
  if (access === 'anyone') return true;
  const sufficient = typeof access === 'string' ? [access] : access;
  return sufficient.some((role) => holds(identity, role));
}

function holds(identity: Identity, role: Role): boolean {
  if (role === 'service') return identity.roles.includes('service');
  const needed = LADDER.indexOf(role);
  const given = Math.max(-1, ...identity.roles.map((own) => LADDER.indexOf(own)));
  const limit = identity.kind === 'human' ? given : Math.min(given, LADDER.indexOf('responder'));
  return needed >= 0 && needed <= limit;
}
