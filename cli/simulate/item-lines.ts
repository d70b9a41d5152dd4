/** What JSON is made of. A line break stands for itself: no string of valid JSON has one. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{},:]|[^\s[\]{},:"]+|\n/g;

/** On which lines the items of a list begin: JSON.parse does not say. Without a key the text is itself the list. */
export function itemLines(text: string, key?: string): readonly number[] {
  const scanner = new ItemScanner(key);
  let line = 1;
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '\n') line += 1;
    else scanner.take(token, line);
  }
  return scanner.lines;
}

class ItemScanner {
  lines: number[] = [];
  /** As it is spelt. */
  readonly #key: string | undefined;
  readonly #listDepth: number;
  #depth = 0;
  #name = '';
  #last = '';
  #isInside = false;
  /** An item begins, if the list does not end. */
  #isNext = false;

  constructor(key: string | undefined) {
    this.#key = key === undefined ? undefined : JSON.stringify(key);
    this.#listDepth = key === undefined ? 1 : 2;
  }

  take(token: string, line: number): void {
    if (token === ':' && this.#depth === 1) this.#name = this.#last;
    if (this.#isInside && this.#depth === this.#listDepth) this.#takeInList(token, line);
    if (token === '[' || token === '{') this.#open(token);
    if (token === ']' || token === '}') this.#close();
    this.#last = token;
  }

  #takeInList(token: string, line: number): void {
    if (this.#isNext && token !== ']') this.lines.push(line);
    this.#isNext = token === ',';
  }

  #open(token: string): void {
    this.#depth += 1;
    const isNamed = this.#key === undefined || this.#name === this.#key;
    if (token !== '[' || this.#depth !== this.#listDepth || !isNamed) return;
    this.#isInside = true;
    this.#isNext = true;
    // Of two under the same key the last one counts.
    this.lines = [];
  }

  #close(): void {
    this.#depth -= 1;
    if (this.#depth < this.#listDepth) this.#isInside = false;
  }
}
