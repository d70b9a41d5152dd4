/** One measured figure and whether it met its goal. `atMost` goals are ceilings, the others floors. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly goal: number;
  readonly atMost?: boolean;
}

/** Prints `RATIO name value goal ok|short`; a goal missed is reported, it is no failure of the run. */
export function printFigure({ name, value, goal, atMost = false }: Figure): void {
  const met = atMost ? value <= goal : value >= goal;
  console.log(`RATIO ${name} ${value.toFixed(3)} ${atMost ? '<=' : '>='}${goal} ${met ? 'ok' : 'short'}`);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((p / 100) * sorted.length))] ?? Number.NaN;
}
