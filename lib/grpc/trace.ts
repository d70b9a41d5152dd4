/**
 * A function around each call, for spans and metrics. It calls `next` once and passes its outcome on.
 * Calls that the gate refuses do not come this far.
 */
export type ServerTrace = <T>(call: ServedCall, next: () => Promise<T>) => Promise<T>;
export type ClientTrace = <T>(call: SentCall, next: () => Promise<T>) => Promise<T>;

interface TracedCall {
  /** belay.v1.DecisionService */
  readonly service: string;
  /** EngageKillSwitch */
  readonly method: string;
}

export interface ServedCall extends TracedCall {
  header(name: string): string | undefined;
}

export interface SentCall extends TracedCall {
  readonly endpoint: string;
  setHeader(name: string, value: string): void;
}

export const untraced = <T>(_call: TracedCall, next: () => Promise<T>): Promise<T> => next();

export function tracedCall(path: string): TracedCall {
  const [service = '', method = ''] = path.slice(1).split('/');
  return { service, method };
}
