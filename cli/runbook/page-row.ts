/** A label and a text, or a text alone. */
export type Row = readonly string[];
