import { apiVersionOf, type ResourceKind, resourceKinds } from './resources.ts';
import { methodNotAllowed, unknownPath } from './status.ts';

/** Semantic versioning lets it say what it is, and kubectl still takes it for a version. */
const SANDBOX_VERSION = 'v1.36.0+belay-sandbox';

const appsGroup = groupOf('apps', 'v1');
const autoscalingGroup = groupOf('autoscaling', 'v2');

/** What clients look up first. */
export function discover(method: string | undefined, path: string): object {
  const found = Object.hasOwn(documents, path) ? documents[path] : undefined;
  if (!found) throw unknownPath();
  if (method !== 'GET') throw methodNotAllowed();
  return found;
}

const documents: Readonly<Record<string, object>> = {
  '/version': {
    major: '1',
    minor: '36',
    gitVersion: SANDBOX_VERSION,
    gitCommit: '',
    gitTreeState: '',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: '',
    compiler: '',
    platform: 'sandbox',
  },
  '/api': { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] },
  '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [appsGroup, autoscalingGroup] },
  '/apis/apps': { kind: 'APIGroup', apiVersion: 'v1', ...appsGroup },
  '/apis/autoscaling': { kind: 'APIGroup', apiVersion: 'v1', ...autoscalingGroup },
  '/api/v1': resourceList('v1'),
  '/apis/apps/v1': resourceList('apps/v1'),
  '/apis/autoscaling/v2': resourceList('autoscaling/v2'),
};

function groupOf(name: string, version: string) {
  const preferredVersion = { groupVersion: `${name}/${version}`, version };
  return { name, versions: [preferredVersion], preferredVersion };
}

function resourceList(groupVersion: string): object {
  const resources = resourceKinds.filter((resource) => apiVersionOf(resource) === groupVersion).map(describe);
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources };
}

function describe({ plural, singular, kind, shortName, namespaced, verbs }: ResourceKind): object {
  const categories = namespaced ? ['all'] : [];
  return {
    name: plural,
    singularName: singular,
    kind,
    shortNames: [shortName],
    namespaced,
    verbs,
    categories,
  };
}
