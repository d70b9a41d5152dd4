/** Why an expression is not a condition: what, why and what next in one line. */
export class ConditionFault extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export const badType = (message: string): ConditionFault => new ConditionFault('bad_type', message);
export const notSupported = (what: string, next: string): ConditionFault =>
  new ConditionFault('not_supported', `${what} is not part of conditions, ${next}`);
