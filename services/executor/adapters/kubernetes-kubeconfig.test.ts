import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accessByAddress, accessInCluster } from './kubernetes-access.ts';
import { accessByKubeconfig } from './kubernetes-kubeconfig.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'belay-kubeconfig-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, content: string) => {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
};
const base64 = (text: string) => Buffer.from(text).toString('base64');
const kubeconfig = (cluster: object, user: object, more: object = {}) =>
  write(
    'config',
    JSON.stringify({
      'current-context': 'here',
      contexts: [
        { name: 'there', context: { cluster: 'other', user: 'other' } },
        { name: 'here', context: { cluster: 'c', user: 'u' } },
      ],
      clusters: [{ name: 'c', cluster: { server: 'https://10.0.0.1:6443', ...cluster } }],
      users: [{ name: 'u', user }],
      ...more,
    }),
  );
const thrown = (run: () => unknown): { kind: string; code: string; why: string } => {
  try {
    run();
  } catch (error) {
    return error as { kind: string; code: string; why: string };
  }
  throw new Error('nothing was thrown');
};

describe('a kubeconfig file', () => {
  it('gives the server and the credentials of the current context', () => {
    const file = kubeconfig(
      { 'certificate-authority-data': base64('CA'), 'tls-server-name': 'kube' },
      { 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY') },
    );
    const { server, credentials } = accessByKubeconfig(file);
    expect(server.href).toBe('https://10.0.0.1:6443/');
    expect(credentials()).toEqual({ ca: 'CA', cert: 'CERT', key: 'KEY', servername: 'kube' });
  });

  it('reads the files it names from where it is, and again when they have changed', () => {
    write('ca.crt', 'CA\n');
    write('token', 'first\n');
    const { credentials } = accessByKubeconfig(
      kubeconfig({ 'certificate-authority': 'ca.crt' }, { token: 'old', tokenFile: join(folder, 'token') }),
    );
    expect(credentials()).toEqual({ ca: 'CA', token: 'first' });
    write('token', 'second');
    expect(credentials()).toEqual({ ca: 'CA', token: 'second' });
  });

  it.each<[string, object, object]>([
    ['insecure-skip-tls-verify', { 'insecure-skip-tls-verify': true }, { token: 'secret' }],
    ['proxy-url', { 'proxy-url': 'http://proxy' }, { token: 'secret' }],
    ['exec', {}, { exec: { command: 'aws' }, token: 'secret' }],
    ['auth-provider', {}, { 'auth-provider': { name: 'gcp' }, token: 'secret' }],
    ['username', {}, { username: 'me', password: 'secret' }],
    ['as', {}, { as: 'root', token: 'secret' }],
  ])('is refused when it asks for %s', (key, cluster, user) => {
    const error = thrown(() => accessByKubeconfig(kubeconfig(cluster, user)));
    expect(error).toMatchObject({
      kind: 'invalid',
      code: 'KUBECONFIG_INVALID',
      why: `${key} is not supported`,
    });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('secret');
  });

  it('takes no for an answer', () => {
    const file = kubeconfig(
      { 'insecure-skip-tls-verify': false, 'proxy-url': '' },
      { token: 't', username: '' },
    );
    expect(accessByKubeconfig(file).credentials()).toEqual({ token: 't' });
  });

  it.each<[string, () => string, string]>([
    ['is not there', () => join(folder, 'none'), 'CREDENTIALS_UNREADABLE'],
    ['is no YAML', () => write('config', 'token: "secret'), 'KUBECONFIG_INVALID'],
    ['is something else', () => write('config', 'token: secret'), 'KUBECONFIG_INVALID'],
    ['has no such context', () => kubeconfig({}, {}, { 'current-context': 'gone' }), 'KUBECONFIG_INVALID'],
    ['has no such cluster', () => kubeconfig({}, {}, { clusters: [] }), 'KUBECONFIG_INVALID'],
    ['has no such user', () => kubeconfig({}, {}, { users: [] }), 'KUBECONFIG_INVALID'],
    ['names a file that is not there', () => kubeconfig({}, { tokenFile: 'none' }), 'CREDENTIALS_UNREADABLE'],
  ])('is refused when it %s, without a word of its content', (_how, make, code) => {
    const error = thrown(() => accessByKubeconfig(make()));
    expect(error).toMatchObject({ kind: 'invalid', code });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('secret');
  });
});

describe('an address', () => {
  it.each(['http://10.0.0.1:8080', 'http://kube.example', 'ftp://127.0.0.1', '10.0.0.1:6443', ''])(
    'is refused when a token would travel to it in the open: "%s"',
    (server) => {
      expect(thrown(() => accessByAddress({ server, token: 't' }))).toMatchObject({
        code: 'CLUSTER_ADDRESS_INVALID',
      });
      expect(thrown(() => accessByKubeconfig(kubeconfig({ server }, { token: 't' })))).toMatchObject({
        code: 'CLUSTER_ADDRESS_INVALID',
      });
    },
  );

  it.each(['https://kube.example', 'http://127.0.0.1:8001', 'http://localhost:8001'])(
    'may be %s',
    (server) => {
      expect(accessByAddress({ server, token: 't', ca: 'CA' }).credentials()).toEqual({
        token: 't',
        ca: 'CA',
      });
    },
  );

  it('reads its authority from a file, again and again', () => {
    const caFile = write('ca.crt', 'one');
    const { credentials } = accessByAddress({ server: 'https://kube.example', token: 't', caFile });
    write('ca.crt', 'two');
    expect(credentials()).toEqual({ token: 't', ca: 'two' });
  });
});

describe('in a cluster', () => {
  it('takes what every pod is given, and the token as it is now', () => {
    write('ca.crt', 'CA');
    write('token', 'first');
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' };
    const { server, credentials } = accessInCluster(env, folder);
    expect(server.href).toBe('https://[fd00::1]:6443/');
    expect(credentials()).toEqual({ token: 'first', ca: 'CA' });
    write('token', 'second');
    expect(credentials().token).toBe('second');
  });

  it('says that it is not in one', () => {
    expect(thrown(() => accessInCluster({}, folder))).toMatchObject({
      kind: 'invalid',
      code: 'NOT_IN_CLUSTER',
    });
    expect(thrown(() => accessInCluster({ KUBERNETES_SERVICE_HOST: '10.0.0.1' }, folder))).toMatchObject({
      code: 'CREDENTIALS_UNREADABLE',
    });
  });
});
