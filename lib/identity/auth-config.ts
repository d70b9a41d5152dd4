import { z } from 'zod';
import { ROLES } from './identity.ts';
import { isLoopback } from './loopback.ts';

// Symmetric algorithms and `none` are not on the list: with them, whoever can read the key set can sign.
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;

const name = z.string().min(1).max(200);
const roles = z.array(z.enum(ROLES)).min(1);
const groups = z.array(name).default([]);

const staticToken = z.strictObject({
  name,
  roles,
  groups,
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'the SHA-256 of the token in lower-case hexadecimal'),
});

const certificateIdentity = z.strictObject({
  subject: z.string().regex(/^(URI|DNS|CN):[^\s",]+$/, 'URI:, DNS: or CN: and a name'),
  name,
  roles,
  groups,
});

const oidc = z.strictObject({
  issuer: z.string().min(1),
  audience: z.string().min(1),
  jwksUri: z.string().refine(isProtected, 'an https URL; http is for loopback addresses only'),
  algorithms: z.array(z.enum(ALGORITHMS)).min(1).default(['RS256', 'ES256', 'EdDSA']),
  clockToleranceMs: z.number().int().min(0).max(300_000).default(30_000),
  /** Must be a claim that people cannot choose for themselves. */
  nameClaim: z.string().min(1).default('sub'),
  groupsClaim: z.string().min(1).default('groups'),
  groupRoles: z.record(z.string(), roles),
  requiredClaims: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});

/** `none` makes everyone on this machine an operator; it is refused where others can connect. */
export const authConfigSchema = z.union([
  z.literal('none'),
  z.strictObject({
    tokens: z.array(staticToken).refine(distinct('sha256'), 'two entries share a token').default([]),
    certificates: z
      .array(certificateIdentity)
      .refine(distinct('subject'), 'two entries share a subject')
      .default([]),
    oidc: oidc.optional(),
  }),
]);

export type AuthConfig = z.infer<typeof authConfigSchema>;
export type StaticToken = z.infer<typeof staticToken>;
export type CertificateIdentity = z.infer<typeof certificateIdentity>;
export type OidcConfig = z.infer<typeof oidc>;

function isProtected(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
}

function distinct<K extends string>(key: K) {
  return (items: readonly Readonly<Record<K, unknown>>[]) =>
    new Set(items.map((item) => item[key])).size === items.length;
}
