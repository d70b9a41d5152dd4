/** One request as the server saw it. */
export interface SandboxRequest {
  readonly at: Date;
  readonly user: string;
  /** As RBAC names it. */
  readonly verb: string;
  /** The plural, or the path for what is no object. */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  /** Undefined: the connection was broken before anything was done. */
  readonly status: number | undefined;
  /** Whether the answer was sent; not whether it arrived. */
  readonly answered: boolean;
}

export type RequestFilter = Partial<Omit<SandboxRequest, 'at'>>;

const KEPT = 10_000;

/** The latest requests, oldest first. */
export class RequestLog {
  #requests: SandboxRequest[] = [];

  add(request: SandboxRequest): void {
    this.#requests.push(request);
    // Seldom, and then many at once.
    if (this.#requests.length > 2 * KEPT) this.#requests = this.#requests.slice(-KEPT);
  }

  find(filter: RequestFilter = {}): readonly SandboxRequest[] {
    const wanted = Object.entries(filter);
    return this.#requests.filter((request) =>
      wanted.every(([key, value]) => request[key as keyof SandboxRequest] === value),
    );
  }
}
