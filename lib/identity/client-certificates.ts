import type { PeerCertificate } from 'node:tls';
import type { CertificateIdentity } from './auth-config.ts';
import { type Authenticator, identityOf } from './identity.ts';

/** Whom a client certificate stands for. The TLS layer has verified its chain before this is asked. */
export function createCertificateAuthenticator(entries: readonly CertificateIdentity[]): Authenticator {
  const known = new Map(entries.map((e) => [e.subject, identityOf(e.name, e.roles, e.groups)]));
  return {
    authenticate: async ({ certificate }) => {
      if (!certificate) return undefined;
      const matches = subjectsOf(certificate).flatMap((subject) => known.get(subject) ?? []);
      // Two identities in one certificate: we cannot tell who acts, so nobody does.
      return matches.length === 1 ? matches[0] : undefined;
    },
  };
}

/** `URI:...` and `DNS:...` of a certificate, or `CN:...` of one without any alternative name. */
function subjectsOf(certificate: PeerCertificate): readonly string[] {
  const names = certificate.subjectaltname;
  if (!names) return typeof certificate.subject?.CN === 'string' ? [`CN:${certificate.subject.CN}`] : [];
  // Node quotes names that contain separators. Those stay whole, quotes and all, and so match no entry.
  const tokens = names.match(/(?:[^",]|"(?:[^"\\]|\\.)*")+/g) ?? [];
  return tokens.map((token) => token.trim());
}
