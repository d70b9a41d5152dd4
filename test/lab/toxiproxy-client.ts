/** What a toxic does, by its type; times in milliseconds, rate in kB/s. */
export type Toxic =
  | { readonly type: 'latency'; readonly latency: number; readonly jitter?: number }
  | { readonly type: 'bandwidth'; readonly rate: number }
  | { readonly type: 'slow_close'; readonly delay: number }
  /** No data gets through; after the timeout the connection closes, with 0 it stays open. */
  | { readonly type: 'timeout'; readonly timeout: number }
  /** A TCP RST after the timeout. */
  | { readonly type: 'reset_peer'; readonly timeout: number }
  | {
      readonly type: 'slicer';
      readonly average_size: number;
      readonly size_variation: number;
      readonly delay: number;
    }
  | { readonly type: 'limit_data'; readonly bytes: number };

export interface ToxicOptions {
  /** `<type>_<stream>` unless given. */
  readonly name?: string;
  /** `downstream` is what the client receives (the default), `upstream` what it sends. */
  readonly stream?: 'upstream' | 'downstream';
  /** The share of connections that get it, 0 to 1. */
  readonly toxicity?: number;
}

export interface LabProxy {
  readonly name: string;
  readonly upstream: string;
  readonly port: number;
  /** "127.0.0.1:port": where clients connect to. */
  readonly listen: string;
  /** Returns the toxic's name. */
  addToxic(toxic: Toxic, options?: ToxicOptions): Promise<string>;
  removeToxic(name: string): Promise<void>;
  enable(): Promise<void>;
  /** Closes the port and every connection through it. */
  disable(): Promise<void>;
  /** Closes every connection through it; the next ones go to another server ("host:port"). */
  redirect(upstream: string): Promise<void>;
}

export function proxyHandle(api: string, proxy: { name: string; upstream: string; port: number }): LabProxy {
  const path = `/proxies/${encodeURIComponent(proxy.name)}`;
  return {
    ...proxy,
    listen: `127.0.0.1:${proxy.port}`,
    async addToxic(
      { type, ...attributes },
      { stream = 'downstream', toxicity = 1, name = `${type}_${stream}` } = {},
    ) {
      await callToxiproxy(api, 'POST', `${path}/toxics`, { name, type, stream, toxicity, attributes });
      return name;
    },
    removeToxic: (name) => callToxiproxy(api, 'DELETE', `${path}/toxics/${encodeURIComponent(name)}`),
    enable: () => callToxiproxy(api, 'POST', path, { enabled: true }),
    disable: () => callToxiproxy(api, 'POST', path, { enabled: false }),
    redirect: (upstream) => callToxiproxy(api, 'POST', path, { upstream }),
  };
}

export async function callToxiproxy(
  api: string,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: unknown,
  signal = AbortSignal.timeout(30_000),
): Promise<void> {
  const response = await fetch(`${api}${path}`, {
    method,
    signal,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`toxiproxy: ${method} ${path}: ${response.status} ${text.trim()}`);
}
