import type { ClientTlsConfig } from '#lib/config/sections.ts';

/** Which Belay a command talks to, and as whom. */
export interface Connection {
  /** Its name in the config file, `local`, a data directory, or the address itself. */
  readonly context: string;
  /** host:port of the gRPC server. */
  readonly endpoint: string;
  /** Base URLs of the ops servers, where they are known. */
  readonly ops: readonly string[];
  /** Plaintext without it, which only loopback gets. */
  readonly tls?: ClientTlsConfig;
  /** Read when it is needed: not every question takes a token. */
  readonly token: () => string | undefined;
}
