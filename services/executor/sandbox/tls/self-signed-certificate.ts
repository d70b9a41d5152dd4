import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import {
  bits,
  boolean,
  explicit,
  implicit,
  integer,
  objectId,
  octets,
  sequence,
  set,
  utcTime,
  utf8,
} from './der.ts';

export interface SelfSigned {
  readonly key: string;
  readonly cert: string;
}

const COMMON_NAME = '2.5.4.3';
const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17';
const BASIC_CONSTRAINTS = '2.5.29.19';
const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';
const LOCALHOST = Buffer.from([127, 0, 0, 1]);
const DAY_MS = 86_400_000;

/**
 * For 127.0.0.1, and known to nobody but who is handed it. kubectl sends its token over TLS only, and so the
 * sandbox has to speak it. Its validity is checked by the clock of the machine, whatever clock a test turns.
 */
export function selfSignedCertificate(commonName: string, now = new Date()): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(objectId(ECDSA_WITH_SHA256));
  const name = sequence(set(sequence(objectId(COMMON_NAME), utf8(commonName))));
  const validity = sequence(
    utcTime(new Date(now.getTime() - DAY_MS)),
    utcTime(new Date(now.getTime() + 365 * DAY_MS)),
  );
  const content = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serialNumber()),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensions())),
  );
  const signature = sign('sha256', content, privateKey);
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: pem(sequence(content, algorithm, bits(signature))),
  };
}

function extensions(): Buffer[] {
  const names = sequence(implicit(2, Buffer.from('localhost')), implicit(7, LOCALHOST));
  return [
    sequence(objectId(SUBJECT_ALTERNATIVE_NAME), octets(names)),
    sequence(objectId(BASIC_CONSTRAINTS), boolean(true), octets(sequence(boolean(true)))),
  ];
}

/** Positive and without leading zeros, as the encoding wants it. */
function serialNumber(): Buffer {
  return Buffer.concat([Buffer.from([1]), randomBytes(15)]);
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
