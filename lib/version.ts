import { readFileSync } from 'node:fs';

interface PackageJson {
  readonly version: string;
}

const packageJson = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as PackageJson;

/** Of the package: what runs here, everywhere in it. */
export const version: string = packageJson.version;
