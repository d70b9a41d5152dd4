/** For kubectl, and for everything else that reads such files. JSON is YAML too. */
export function sandboxKubeconfig({
  server,
  token,
  ca,
}: Readonly<Record<'server' | 'token' | 'ca', string>>): string {
  const name = 'belay-sandbox';
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'production' } }],
    clusters: [
      { name, cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } },
    ],
    users: [{ name, user: { token } }],
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}
