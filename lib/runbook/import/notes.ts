import type { Problem } from '../problem.ts';
import type { Path, Place } from '../yaml-reader.ts';

/** A part of the source that the result has no place for: shown to the reviewer as it was. */
export interface KeptPart {
  readonly path: string;
  readonly line: number;
  readonly value: unknown;
}

/** What the reviewer has to know about one imported runbook, each with its place in the source. */
export class Notes {
  readonly warnings: Problem[] = [];
  readonly kept: KeptPart[] = [];
  readonly #file: string;
  readonly #placeOf: (path: Path) => Place;

  constructor(file: string, placeOf: (path: Path) => Place) {
    this.#file = file;
    this.#placeOf = placeOf;
  }

  /** Of the same source, for another runbook of it. */
  another(): Notes {
    return new Notes(this.#file, this.#placeOf);
  }

  warn(path: Path, code: string, message: string): void {
    this.warnings.push(this.problemAt(path, path.join('.'), code, message));
  }

  /** Warns about a value and keeps it. */
  keep(path: Path, value: unknown, message: string): void {
    this.warn(path, 'not_carried', message);
    this.kept.push({ path: path.join('.'), line: this.#placeOf(path).line, value });
  }

  /** Something about the result, told at the place of the source that it comes from. */
  problemAt(source: Path, path: string, code: string, message: string): Problem {
    return { file: this.#file, ...this.#placeOf(source), path, code, severity: 'warning', message };
  }
}
