import { BelayError, type ErrorKind, messageOf } from '#lib/errors.ts';

/** Something that runs between start and stop. */
export interface Component {
  readonly name: string;
  /** Either it runs, or this rejects and leaves nothing behind. */
  start(): Promise<void>;
  /** Takes nothing new, finishes what is in hand, lets go. */
  stop(): Promise<void>;
}

export interface Service extends Component {
  checks(): readonly HealthCheck[];
}

export interface HealthCheck {
  readonly name: string;
  check(): Promise<CheckOutcome>;
}

export type CheckOutcome =
  | { readonly ok: true; readonly detail: string }
  | { readonly ok: false; readonly detail: string; readonly fix: string };

export interface StopFailure {
  readonly name: string;
  readonly error: unknown;
}

/**
 * One after the other, as later ones build on earlier ones. If one fails, those before it are stopped again.
 * Returns what runs: all of them, unless the signal came in between.
 */
export async function startAll(
  components: readonly Component[],
  signal?: AbortSignal,
): Promise<readonly Component[]> {
  const started: Component[] = [];
  for (const component of components) {
    if (signal?.aborted) break;
    try {
      await component.start();
    } catch (error) {
      throw withStopFailures(error, await stopAll(started));
    }
    started.push(component);
  }
  return started;
}

/** In reverse order, every one of them: a failure is collected and does not keep the rest from stopping. */
export async function stopAll(components: readonly Component[]): Promise<readonly StopFailure[]> {
  const failures: StopFailure[] = [];
  for (const component of components.toReversed()) {
    try {
      await component.stop();
    } catch (error) {
      failures.push({ name: component.name, error });
    }
  }
  return failures;
}

/** The reason for the failed start stays in front; what failed after it is told along. */
function withStopFailures(error: unknown, failures: readonly StopFailure[]): unknown {
  if (failures.length === 0) return error;
  const told = failures.map((failure) => `${failure.name} (${messageOf(failure.error)})`).join(', ');
  const known = error instanceof BelayError ? error : undefined;
  const kind: ErrorKind = known?.kind ?? 'internal';
  return new BelayError(kind, `${messageOf(error)}; and these did not stop again: ${told}`, {
    code: known?.code ?? 'START_FAILED',
    ...(known?.field !== undefined && { field: known.field }),
    ...(known?.why !== undefined && { why: known.why }),
    ...(known?.next !== undefined && { next: known.next }),
    cause: error,
  });
}
