/** When something was sent off and when it was acknowledged; the pod that is deleted in consequence. */
export interface Sent {
  readonly app: string;
  readonly pod: string;
  readonly sentMs: number;
  readonly acceptedMs: number;
}
