const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\b(bearer)\s+[\w.~+/=-]+/gi, '$1 [redacted]'],
  // Header, payload and signature of a JSON web token, wherever it stands alone.
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, '[redacted]'],
  // Line ends are real ones or, inside JSON, escaped any number of times; a cut-off block counts as well.
  [
    /-----BEGIN [A-Z0-9 ]+-----(?:[\w+/=:,.\s-]|\\+[nrt])*?(?:-----END [A-Z0-9 ]+-----|(?![\w+/=:,.\s-]|\\+[nrt]))/g,
    '[redacted]',
  ],
  // The password of a URL; the lengths bound the search, for logged text may come from anywhere.
  [/:\/\/(?:[^\s/"'\\@:]{0,256}:[^\s"'\\]{0,256}|[^\s/"'\\@]{1,256})@/g, '://[redacted]@'],
];

/** Takes out what is a secret by its look, whatever it is called: the last guard behind the named ones. */
export function redactText(text: string): string {
  return PATTERNS.reduce((redacted, [pattern, replacement]) => redacted.replace(pattern, replacement), text);
}
