import kafkajs from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { BelayError } from '#lib/errors.ts';
import { kafkaFailure, mayPass } from './kafka-errors.ts';

const BROKERS = ['one:9092', 'two:9092'];

const protocol = (type: string) =>
  new kafkajs.KafkaJSProtocolError(
    Object.assign(new Error(type), { type, code: 1, retriable: true }) as never,
  );
const wrapped = (inner: Error) =>
  new kafkajs.KafkaJSNumberOfRetriesExceeded(inner, { retryCount: 5, retryTime: 1 });
const connection = (message: string, code: string) =>
  new kafkajs.KafkaJSConnectionError(message, { broker: 'one:9092', code });

/** The types of kafkajs forget that these take a message. */
const thrown = (type: unknown) => new (type as new (message: string) => Error)('x');

describe('what kafkajs throws', () => {
  it.each([
    [
      'a broker that is away',
      connection('connect ECONNREFUSED', 'ECONNREFUSED'),
      'unavailable',
      'BUS_UNAVAILABLE',
    ],
    [
      'a coordinator that is away',
      thrown(kafkajs.KafkaJSGroupCoordinatorNotFound),
      'unavailable',
      'BUS_UNAVAILABLE',
    ],
    ['a missing topic', protocol('UNKNOWN_TOPIC_OR_PARTITION'), 'not_found', 'UNKNOWN_TOPIC'],
    ['a large record', protocol('MESSAGE_TOO_LARGE'), 'invalid', 'TOO_LARGE'],
    [
      'a wrong password',
      thrown(kafkajs.KafkaJSSASLAuthenticationError),
      'unauthenticated',
      'BUS_UNAUTHENTICATED',
    ],
    ['a missing right', protocol('TOPIC_AUTHORIZATION_FAILED'), 'forbidden', 'BUS_FORBIDDEN'],
    ['a foreign codec', thrown(kafkajs.KafkaJSNotImplemented), 'invalid', 'UNSUPPORTED_COMPRESSION'],
    [
      'an unknown authority',
      connection('x', 'SELF_SIGNED_CERT_IN_CHAIN'),
      'unauthenticated',
      'BUS_TLS_FAILED',
    ],
    ['a leader that moves', protocol('NOT_LEADER_FOR_PARTITION'), 'unavailable', 'BUS_UNAVAILABLE'],
    ['a bug', new TypeError('x'), 'internal', 'BUS_FAILED'],
  ])('is told as what it means: %s', (_title, error, kind, code) => {
    expect(kafkaFailure(error, BROKERS)).toMatchObject({ kind, code });
    expect(kafkaFailure(wrapped(error), BROKERS)).toMatchObject({ kind, code, cause: expect.anything() });
  });

  it('names the brokers that do not answer, and may pass', () => {
    const failure = kafkaFailure(connection('connect ECONNREFUSED', 'ECONNREFUSED'), BROKERS);
    expect(failure.message).toContain('one:9092, two:9092');
    expect(mayPass(failure)).toBe(true);
  });

  it('comes back as it was when it was ours', () => {
    const ours = new BelayError('conflict', 'ours', { code: 'OURS' });
    expect(kafkaFailure(ours, BROKERS)).toBe(ours);
    expect(kafkaFailure(wrapped(ours), BROKERS)).toBe(ours);
  });

  it('is the error that matters when one of several topics exists already', () => {
    const several = new kafkajs.KafkaJSAggregateError('x', [
      protocol('TOPIC_ALREADY_EXISTS'),
      protocol('INVALID_REPLICATION_FACTOR'),
    ] as never);
    expect(kafkaFailure(several, BROKERS)).toMatchObject({
      kind: 'invalid',
      why: 'INVALID_REPLICATION_FACTOR',
    });
  });
});
