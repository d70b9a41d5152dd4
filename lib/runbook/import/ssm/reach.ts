/** Under which answers of the branches before it a step is reached: any of these sets of answers. */
export type Reach = readonly Answers[];

/** A condition in CEL, and whether it has to hold. */
export type Answers = ReadonlyMap<string, boolean>;

export const ALWAYS: Reach = [new Map()];
export const NEVER: Reach = [];

export function isAlways(reach: Reach): boolean {
  return reach.some((answers) => answers.size === 0);
}

/** Where one more condition has this answer. */
export function given(reach: Reach, condition: string, answer: boolean): Reach {
  return simplify(
    reach
      .filter((answers) => answers.get(condition) !== !answer)
      .map((answers) => new Map([...answers, [condition, answer]])),
  );
}

export function either(a: Reach, b: Reach): Reach {
  return simplify([...a, ...b]);
}

/** As a condition of the format. */
export function toCondition(reach: Reach): string {
  const [only, ...others] = reach.flatMap((answers) => [...answers]);
  if (only?.[1] && others.length === 0) return only[0];
  const terms = reach.map((answers) => [...answers].map(([condition, answer]) => literal(condition, answer)));
  if (terms.length === 1) return (terms[0] ?? []).join(' && ');
  return terms.map((parts) => (parts.length > 1 ? `(${parts.join(' && ')})` : parts.join(''))).join(' || ');
}

const literal = (condition: string, answer: boolean): string =>
  answer ? (/[|&]/.test(condition) ? `(${condition})` : condition) : `!(${condition})`;

/** Both ways of a branch that meet again are one way: a or not a is always. */
function simplify(reach: Reach): Reach {
  let terms = withoutRepeats(reach);
  for (let merged = mergeOnce(terms); merged; merged = mergeOnce(terms)) terms = withoutRepeats(merged);
  return terms;
}

function mergeOnce(terms: Reach): Reach | undefined {
  for (const [index, a] of terms.entries()) {
    for (const b of terms.slice(index + 1)) {
      const apart = [...a].filter(([condition, answer]) => b.get(condition) !== answer);
      const [[condition] = ['']] = apart;
      if (a.size !== b.size || apart.length !== 1 || !b.has(condition)) continue;
      const both = new Map([...a].filter(([other]) => other !== condition));
      return [...terms.filter((term) => term !== a && term !== b), both];
    }
  }
  return undefined;
}

/** Whoever asks for more than another term adds nothing to it. */
function withoutRepeats(terms: Reach): Reach {
  return terms.filter((term, index) =>
    terms.every((other, at) => {
      if (at === index || !isWithin(other, term)) return true;
      return other.size === term.size && at > index;
    }),
  );
}

const isWithin = (small: Answers, large: Answers): boolean =>
  [...small].every(([condition, answer]) => large.get(condition) === answer);
