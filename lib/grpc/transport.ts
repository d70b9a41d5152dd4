import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { ChannelCredentials, ServerCredentials } from '@grpc/grpc-js';
import { BelayError, messageOf } from '#lib/errors.ts';
import { isLoopback } from '#lib/identity/loopback.ts';
import { readPrivateFile } from '#lib/identity/private-file.ts';

/** PEM files. */
export interface ServerTls {
  readonly cert: string;
  readonly key: string;
  /** The authority whose client certificates are believed. */
  readonly clientCa?: string;
  /** [true when clientCa is given] False lets clients without one in, to be known by their token. */
  readonly requireClientCert?: boolean;
}

/** PEM files. Without `ca` the authorities of the system are believed. */
export interface ClientTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface ServerTransport {
  readonly host: string;
  readonly tls?: ServerTls | undefined;
  /** For networks that encrypt by themselves. Tokens cross them readable. */
  readonly allowPlaintext?: boolean | undefined;
}

export function serverCredentials({ host, tls, allowPlaintext }: ServerTransport): ServerCredentials {
  if (tls) return secureServer(tls);
  if (isLoopback(host) || allowPlaintext) return ServerCredentials.createInsecure();
  throw new BelayError('invalid', `${host} can be reached from outside, and there is no TLS`, {
    code: 'TLS_MISSING',
    field: 'tls',
    why: 'tokens and commands would cross the network readable',
    next: 'set tls.cert and tls.key, or listen on 127.0.0.1, or set allowPlaintext: true where a mesh encrypts',
  });
}

export function clientCredentials(tls: ClientTls | undefined): ChannelCredentials {
  if (!tls) return ChannelCredentials.createInsecure();
  if ((tls.cert === undefined) !== (tls.key === undefined)) {
    throw tlsError(tls.cert === undefined ? 'tls.cert' : 'tls.key', 'a client certificate needs both');
  }
  const ca = tls.ca === undefined ? undefined : authorities(tls.ca, 'tls.ca');
  const pair =
    tls.cert === undefined || tls.key === undefined
      ? {}
      : { cert: pem(tls.cert, 'tls.cert'), key: privateKey(tls.key) };
  return ChannelCredentials.createFromSecureContext(context({ ...pair, ...(ca ? { ca } : {}) }));
}

function secureServer(tls: ServerTls): ServerCredentials {
  const requireClientCert = tls.requireClientCert ?? tls.clientCa !== undefined;
  // Without an authority of ours, a certificate that anyone can buy would do.
  if (requireClientCert && tls.clientCa === undefined) {
    throw tlsError('tls.clientCa', 'requireClientCert needs the authority that signs the clients');
  }
  const pair = { cert: pem(tls.cert, 'tls.cert'), key: privateKey(tls.key) };
  const ca = tls.clientCa === undefined ? {} : { ca: authorities(tls.clientCa, 'tls.clientCa') };
  const options = { ...pair, ...ca };
  context(options);
  return new TlsServerCredentials(options, requireClientCert);
}

/** The library's own either demands a client certificate or does not ask for one; this also does both. */
class TlsServerCredentials extends ServerCredentials {
  constructor(options: SecureContextOptions, requireClientCert: boolean) {
    super({ requestCert: options.ca !== undefined, rejectUnauthorized: requireClientCert }, options);
  }

  _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}

/** Fails here, by name, on a key that is not the certificate's, instead of on the first connection. */
function context(options: SecureContextOptions) {
  try {
    return createSecureContext(options);
  } catch (error) {
    throw tlsError('tls', messageOf(error));
  }
}

function privateKey(path: string): Buffer {
  return Buffer.from(readPrivateFile(path, 'the private key'));
}

/** Node takes a file without a certificate in it for no authorities at all, and says nothing. */
function authorities(path: string, field: string): Buffer {
  const content = pem(path, field);
  try {
    void new X509Certificate(content);
    return content;
  } catch (error) {
    throw tlsError(field, messageOf(error));
  }
}

function pem(path: string, field: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw tlsError(field, messageOf(error));
  }
}

function tlsError(field: string, why: string): BelayError {
  return new BelayError('invalid', `${field} cannot be used: ${why}`, { code: 'TLS_INVALID', field, why });
}
