import { actionSpec } from '../action-catalogue.ts';
import type { Action, RiskLevel } from '../runbook.ts';
import type { Path } from '../yaml-reader.ts';
import type { Notes } from './notes.ts';

/** A step as its file will spell it. Without an action it does not load: somebody has to look at it. */
export interface DraftStep {
  readonly id: string;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly action?: string;
  readonly with?: Action['with'] | Readonly<Record<string, unknown>>;
  readonly when?: string | undefined;
  readonly validation?: unknown;
  readonly timeoutSeconds?: unknown;
  readonly retries?: unknown;
  readonly required?: boolean | undefined;
  readonly rollback?: Readonly<Record<string, unknown>> | undefined;
  /** What the source says where no action says it. */
  readonly 'x-imported'?: unknown;
}

/** A runbook that is being put together, and where in the source each part of it comes from. */
export class Draft {
  readonly name: string;
  readonly notes: Notes;
  readonly spec: Record<string, unknown> = {};
  readonly steps: DraftStep[] = [];
  readonly #origins = new Map<string, Path>();

  constructor(name: string, origin: Path, notes: Notes) {
    this.name = name;
    this.notes = notes;
    this.#origins.set('', origin);
  }

  /** `triggers.symptoms`; nothing is set where the source says nothing. */
  set(key: string, value: unknown, origin: Path): void {
    if (value === undefined || (Array.isArray(value) && value.length === 0)) return;
    const parts = key.split('.');
    const last = parts.pop() ?? key;
    let section = this.spec;
    for (const part of parts) section = (section[part] ??= {}) as Record<string, unknown>;
    section[last] = value;
    this.#origins.set(`spec.${key}`, origin);
  }

  get(key: string): unknown {
    return this.spec[key];
  }

  /** To a list that may not be there yet. */
  add(key: string, items: readonly unknown[], origin: Path): void {
    const [section = key, field] = key.split('.');
    const inner = field === undefined ? this.spec : ((this.spec[section] ??= {}) as Record<string, unknown>);
    const list = (inner[field ?? section] ??= []) as unknown[];
    for (const item of items) {
      this.#origins.set(`spec.${key}.${list.length}`, origin);
      list.push(item);
    }
  }

  /** `parts` says where the fields of the step come from. */
  addStep(step: DraftStep, origin: Path, parts: Readonly<Record<string, Path>> = {}): void {
    const path = `spec.steps.${this.steps.length}`;
    this.#origins.set(path, origin);
    for (const [field, from] of Object.entries(parts)) this.#origins.set(`${path}.${field}`, from);
    this.steps.push(step);
  }

  /** The part of the source that a part of the result comes from, or the whole of it. */
  originOf(path: readonly (string | number)[]): Path {
    for (let length = path.length; length > 0; length -= 1) {
      const origin = this.#origins.get(path.slice(0, length).join('.'));
      if (origin) return origin;
    }
    return this.#origins.get('') ?? [];
  }

  /** What the actions are by themselves. One that is not known could be anything. */
  actionRisk(): RiskLevel {
    return this.steps
      .map(({ action }) => (action === undefined ? 'high' : (actionSpec(action)?.minimumRisk ?? 'high')))
      .reduce<RiskLevel>(stricter, 'low');
  }
}

const LEVELS: readonly RiskLevel[] = ['low', 'medium', 'high'];

export function stricter(a: RiskLevel, b: RiskLevel): RiskLevel {
  return LEVELS.indexOf(a) >= LEVELS.indexOf(b) ? a : b;
}

export function riskLevel(text: string | undefined): RiskLevel | undefined {
  return LEVELS.find((level) => level === text?.toLowerCase());
}
