export interface Annotation {
  readonly level: 'error' | 'warning';
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly title: string;
  readonly message: string;
}

/** A line that GitHub Actions turns into a note beside the line at fault. Nothing in it can begin another one. */
export function githubAnnotation({ level, file, line, column, title, message }: Annotation): string {
  const at = `file=${property(file)},line=${line},col=${column},title=${property(title)}`;
  return `::${level} ${at}::${data(message)}`;
}

const data = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
