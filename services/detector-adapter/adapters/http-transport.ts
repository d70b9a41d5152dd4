import { readFileSync } from 'node:fs';
import type { ServerOptions } from 'node:https';
import type { ServerTlsConfig } from '#lib/config/sections.ts';
import { BelayError, messageOf } from '#lib/errors.ts';
import { isLoopback } from '#lib/identity/loopback.ts';
import { readPrivateFile } from '#lib/identity/private-file.ts';

export interface HttpTransport {
  readonly host: string;
  readonly tls?: ServerTlsConfig;
  /** For networks that encrypt by themselves. Tokens cross them readable. */
  readonly allowPlaintext: boolean;
}

/** Undefined: plaintext, which is refused where others could listen. */
export function httpTls({ host, tls, allowPlaintext }: HttpTransport): ServerOptions | undefined {
  if (tls) return secured(tls);
  if (isLoopback(host) || allowPlaintext) return undefined;
  throw new BelayError('invalid', `${host} can be reached from outside, and there is no TLS`, {
    code: 'TLS_MISSING',
    field: 'http.tls',
    why: 'tokens and incidents would cross the network readable',
    next: 'set http.tls.cert and http.tls.key, or listen on 127.0.0.1, or set http.allowPlaintext: true where a mesh encrypts',
  });
}

function secured({ cert, key, clientCa, requireClientCert = clientCa !== undefined }: ServerTlsConfig) {
  // Without an authority of ours, a certificate that anyone can buy would do.
  if (requireClientCert && clientCa === undefined)
    throw invalid('clientCa', 'requireClientCert needs the authority that signs the clients');
  return {
    cert: pem(cert, 'cert'),
    key: readPrivateFile(key, 'the private key'),
    ...(clientCa !== undefined && { ca: pem(clientCa, 'clientCa') }),
    requestCert: clientCa !== undefined,
    rejectUnauthorized: requireClientCert,
    minVersion: 'TLSv1.2' as const,
  };
}

function pem(path: string, field: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw invalid(field, messageOf(error));
  }
}

function invalid(field: string, why: string): BelayError {
  return new BelayError('invalid', `http.tls.${field} cannot be used: ${why}`, {
    code: 'TLS_INVALID',
    field: `http.tls.${field}`,
    why,
  });
}
