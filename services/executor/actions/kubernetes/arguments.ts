import { BelayError } from '#lib/errors.ts';
import type { Facts } from '../../domain/observation.ts';

/** The arguments of a step, read one by one. What does not fit is refused by its name. */
export class Arguments {
  readonly #action: string;
  readonly #given: Facts;

  constructor(action: string, given: Facts) {
    this.#action = action;
    this.#given = given;
  }

  name(field: string): string {
    const value = this.#given[field];
    if (typeof value === 'string' && NAME.test(value)) return value;
    throw this.misfit(field, 'is not a Kubernetes name');
  }

  choice<T extends string>(field: string, choices: readonly T[], fallback: T): T {
    const value = this.#given[field];
    if (value === undefined) return fallback;
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    throw this.misfit(field, `is none of ${choices.join(', ')}`);
  }

  integer(field: string, minimum: number, maximum: number): number | undefined {
    const value = this.#given[field];
    if (value === undefined) return undefined;
    if (Number.isSafeInteger(value) && Number(value) >= minimum && Number(value) <= maximum)
      return Number(value);
    throw this.misfit(field, `is not a whole number from ${minimum} to ${maximum}`);
  }

  amount(field: string): number | undefined {
    const value = this.#given[field];
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
    throw this.misfit(field, 'is not a number of at least 0');
  }

  flag(field: string): boolean {
    const value = this.#given[field] ?? false;
    if (typeof value === 'boolean') return value;
    throw this.misfit(field, 'is neither true nor false');
  }

  misfit(field: string, problem: string, code = 'BAD_ARGUMENT'): BelayError {
    return new BelayError('invalid', `${this.#action} ${field} ${problem}`, { code, field });
  }
}

const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
