/** Both ends belong to it. */
export interface Range {
  readonly minimum: number;
  readonly maximum: number;
}

/** What a comparison comes to for every pair of values of two ranges, if it is always the same. */
export function compareRanges(name: string, a: Range, b: Range): boolean | undefined {
  const isPoint = a.minimum === a.maximum && b.minimum === b.maximum;
  const isApart = a.maximum < b.minimum || b.maximum < a.minimum;
  switch (name) {
    case '_<_':
      return decide(a.maximum < b.minimum, a.minimum >= b.maximum);
    case '_<=_':
      return decide(a.maximum <= b.minimum, a.minimum > b.maximum);
    case '_>_':
      return decide(a.minimum > b.maximum, a.maximum <= b.minimum);
    case '_>=_':
      return decide(a.minimum >= b.maximum, a.maximum < b.minimum);
    case '_==_':
      return decide(isPoint && a.minimum === b.minimum, isApart);
    case '_!=_':
      return decide(isApart, isPoint && a.minimum === b.minimum);
    default:
      return undefined;
  }
}

const decide = (isTrue: boolean, isFalse: boolean): boolean | undefined =>
  isTrue || (isFalse ? false : undefined);

/** The range of a result, or undefined where it is not known. */
export function calculate(name: string, args: readonly (Range | undefined)[]): Range | undefined {
  const [a, b] = args;
  if (!a) return undefined;
  if (name === '-_') return { minimum: -a.maximum, maximum: -a.minimum };
  if (name === 'double') return a;
  if (!b) return undefined;
  if (name === '_+_') return { minimum: a.minimum + b.minimum, maximum: a.maximum + b.maximum };
  if (name === '_-_') return { minimum: a.minimum - b.maximum, maximum: a.maximum - b.minimum };
  return name === '_*_' ? product(a, b) : undefined;
}

function product(a: Range, b: Range): Range {
  const corners = [a.minimum, a.maximum].flatMap((x) => [b.minimum, b.maximum].map((y) => x * y));
  // 0 times an end that is not there: anything up to 0 or from 0 on, and the other corners say which.
  const known = corners.map((corner) => (Number.isNaN(corner) ? 0 : corner));
  return { minimum: Math.min(...known), maximum: Math.max(...known) };
}

/** The values that both allow, or undefined where there are none. */
export function intersection(a: Range, b: Range): Range | undefined {
  const both = { minimum: Math.max(a.minimum, b.minimum), maximum: Math.min(a.maximum, b.maximum) };
  return both.minimum <= both.maximum ? both : undefined;
}
