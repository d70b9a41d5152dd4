import type { SASLOptions } from 'kafkajs';

export interface SaslCredentials {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

/** kafkajs types one shape per mechanism; all of them are a name and a password. */
export const saslOf = (credentials: SaslCredentials): SASLOptions => credentials;
