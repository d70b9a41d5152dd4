import { BOOL, type FactType, INT, type Kind, NUMBER, TIME } from './fact-types.ts';

export interface Signature {
  readonly args: readonly Kind[];
  readonly result: FactType;
  /** Arguments that have to be written out, so that they are checked at load. */
  readonly literal?: readonly number[];
}

const COMPARED: readonly (readonly [Kind, Kind])[] = [
  ['number', 'number'],
  ['number', 'int'],
  ['int', 'number'],
  ['int', 'int'],
  ['text', 'text'],
  ['time', 'time'],
  ['bool', 'bool'],
];

const comparison = COMPARED.filter(([kind]) => kind !== 'bool').map(
  (args): Signature => ({ args, result: BOOL }),
);
const equality = COMPARED.map((args): Signature => ({ args, result: BOOL }));
const arithmetic: readonly Signature[] = [
  { args: ['number', 'number'], result: NUMBER },
  { args: ['int', 'int'], result: INT },
];
const textTest: readonly Signature[] = [{ args: ['text', 'text'], result: BOOL }];
const inZone: readonly Signature[] = [{ args: ['time', 'text'], result: INT, literal: [1] }];

/**
 * All that an expression may call. There is no has(): a missing fact would then make a condition true. There
 * are no loops over lists: their cost could not be bounded.
 */
export const functions: ReadonlyMap<string, readonly Signature[]> = new Map<string, readonly Signature[]>([
  ['_&&_', [{ args: ['bool', 'bool'], result: BOOL }]],
  ['_||_', [{ args: ['bool', 'bool'], result: BOOL }]],
  ['!_', [{ args: ['bool'], result: BOOL }]],
  ['_==_', equality],
  ['_!=_', equality],
  ['_<_', comparison],
  ['_<=_', comparison],
  ['_>_', comparison],
  ['_>=_', comparison],
  ['_+_', arithmetic],
  ['_-_', arithmetic],
  ['_*_', arithmetic],
  ['_/_', arithmetic],
  ['_%_', [{ args: ['int', 'int'], result: INT }]],
  [
    '-_',
    [
      { args: ['number'], result: NUMBER },
      { args: ['int'], result: INT },
    ],
  ],
  ['size', (['text', 'list', 'map'] as const).map((kind): Signature => ({ args: [kind], result: INT }))],
  ['startsWith', textTest],
  ['endsWith', textTest],
  ['contains', textTest],
  ['matches', [{ args: ['text', 'text'], result: BOOL, literal: [1] }]],
  ['double', [{ args: ['int'], result: NUMBER }]],
  ['timestamp', [{ args: ['text'], result: TIME, literal: [0] }]],
  ['getHours', inZone],
  ['getMinutes', inZone],
  ['getDayOfWeek', inZone],
  ['getDate', inZone],
  ['getMonth', inZone],
  ['getFullYear', inZone],
]);

/** The name as an author writes it: _+_ is +. */
export const spelling = (name: string): string => name.replaceAll('_', '').replace('@', '');

/** Those that a person can call by name. */
export const functionNames: readonly string[] = [...functions.keys()].filter((name) => !name.includes('_'));
