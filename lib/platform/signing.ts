import { z } from 'zod';
import type { ConsumerOptions } from '#lib/bus/consumer.ts';
import { requireSeal, seal } from '#lib/events/seal.ts';
import { loadKeySet } from '#lib/signing/key-set.ts';
import { createSigner } from '#lib/signing/signer.ts';
import { loadPrivateKey } from '#lib/signing/signing-key.ts';
import { createVerifier } from '#lib/signing/verifier.ts';

const path = z.string().min(1);

/** For services that believe what others have signed. */
export const trustSection = z.strictObject({ trustedKeysFile: path });

/** For services that sign as well. */
export const signingSection = trustSection.extend({ keyFile: path });

export type Trust = Required<Pick<ConsumerOptions, 'trust'>>;
export type Signing = Trust & Required<Pick<ConsumerOptions, 'seal'>>;

export function openTrust({ trustedKeysFile }: z.infer<typeof trustSection>): Trust {
  const verifier = createVerifier(loadKeySet(trustedKeysFile));
  return { trust: (event, record) => requireSeal(event, record, verifier) };
}

export function openSigning(config: z.infer<typeof signingSection>): Signing {
  const signer = createSigner(loadPrivateKey(config.keyFile));
  return {
    ...openTrust({ trustedKeysFile: config.trustedKeysFile }),
    seal: (event, record) => seal(event, record, signer),
  };
}
