import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeyUse } from '#lib/signing/key-set.ts';
import { generateSigningKey, type SigningKey } from '#lib/signing/signing-key.ts';

export interface LocalKeys {
  readonly trustedKeysFile: string;
  readonly decisionKeyFile: string;
  readonly targetKeyFile: string;
}

/** Keys for a system in one process, made on the first start and kept with its data. */
export function localKeys(dataDir: string, target: string): LocalKeys {
  const folder = join(dataDir, 'keys');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = (name: string) => join(folder, name);
  const keys = {
    trustedKeysFile: file('trusted.json'),
    decisionKeyFile: file('decision.pem'),
    targetKeyFile: file(`${target}.pem`),
  };
  // The list is written last: without it nothing was signed with these keys yet, and they may be made anew.
  if (!existsSync(keys.trustedKeysFile)) {
    const [decision, executor] = [generateSigningKey(), generateSigningKey()];
    writeWhole(keys.decisionKeyFile, decision.privateKeyPem);
    writeWhole(keys.targetKeyFile, executor.privateKeyPem);
    const list = { keys: [entry(decision, 'decision'), entry(executor, `target:${target}`)] };
    writeWhole(keys.trustedKeysFile, `${JSON.stringify(list, null, 2)}\n`);
  }
  return keys;
}

const entry = ({ keyId, publicKeyPem }: SigningKey, use: KeyUse) => ({ keyId, publicKey: publicKeyPem, use });

/** A file is there with all of its content, or not at all. */
function writeWhole(path: string, content: string): void {
  const draft = `${path}.new`;
  writeFileSync(draft, content, { mode: 0o600, flush: true });
  renameSync(draft, path);
}
