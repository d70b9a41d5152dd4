/**
 * The walls of the house (ARCHITECTURE.md). test/checks/architecture.test.ts plants a violation of each rule.
 */
const anyTest = '(^test/|[.]test[.]ts$)';

/** All that a domain may import besides itself. They import nothing but one another, and a hash. */
const pureModules = [
  '^lib/errors[.]ts$',
  '^lib/ids[.]ts$',
  '^lib/runbook/(runbook|match-runbook|windows|zoned-parts|step-facts|action-catalogue|argument-types|catalogue/[^/]+)[.]ts$',
];

/** Play runbooks through production's own code. */
const runbookTests = '^cli/(play|runbook-tests)/';

/** Code that has its effects handed in. */
const playedByRunbookTests = [
  '^services/[^/]+/(domain|handlers)/',
  '^services/[^/]+/(config|ports)[.]ts$',
  '^services/decision/adapters/memory-guardrails[.]ts$',
  '^services/executor/(actions|workers)/',
];

const adapters = '^services/[^/]+/adapters/';
const actions = '^services/executor/actions/';

/** Found by a tool's own configuration, or by nobody but the tool. */
const entryPoints = [
  '[.]d[.]ts$',
  '(^|/)[^/]+[.]config[.]ts$',
  '[.]cjs$',
  '^test/checks/oxlint-plugin[.]ts$',
];

/** Where each driver is at home. Everywhere else there is a port in front of it. */
const drivers = {
  kafkajs: { packages: ['kafkajs'], homes: ['^lib/bus/'] },
  redis: { packages: ['ioredis'], homes: [adapters] },
  postgres: { packages: ['pg', '@electric-sql/pglite'], homes: ['^lib/sql([.]ts$|/)'] },
  sqlite: { packages: ['node:sqlite'], homes: ['^lib/(bus|sql)([.]ts$|/)'] },
  kubernetes: { packages: ['@kubernetes/client-node'], homes: [adapters, actions] },
  aws: { packages: ['@aws-sdk/[^/]+'], homes: [adapters, actions] },
  grpc: {
    packages: ['@grpc/[^/]+', 'grpc-health-check'],
    homes: ['^lib/grpc([.]ts$|/)', '^proto/gen/'],
  },
  telemetry: { packages: ['@opentelemetry/(?!api/)[^/]+'], homes: ['^lib/telemetry([.]ts$|/)'] },
  // A facade that does nothing until lib/telemetry fills it.
  'telemetry-api': { packages: ['@opentelemetry/api'], homes: ['^lib/'] },
};

const driverRules = Object.entries(drivers).map(([name, { packages, homes }]) => ({
  name: `driver-at-home-${name}`,
  comment: `Talk to it through a port: ${packages.join(', ')} belong into ${homes.join(', ')}.`,
  severity: 'error',
  from: { pathNot: [anyTest, ...homes] },
  to: {
    path: packages.map((name) => (name.startsWith('node:') ? `^${name}$` : `(^|/)node_modules/${name}/`)),
  },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycle',
      comment: 'Modules that need each other, if only for their types, are one module or miss a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'must-resolve',
      comment: 'What cannot be resolved is not cruised, and no other rule would see what it imports.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-orphan',
      comment: 'Nobody imports it and it imports nothing: it does nothing.',
      severity: 'error',
      from: { orphan: true, pathNot: entryPoints },
      to: {},
    },
    {
      name: 'services-are-islands',
      comment: 'Services meet on the bus and over gRPC. What two of them need is in lib.',
      severity: 'error',
      from: { path: '^services/([^/]+)/', pathNot: anyTest },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'domain-is-pure',
      comment: 'A decision is a function of its facts: no driver, node module, logger, clock or wire type.',
      severity: 'error',
      from: { path: '^services/([^/]+)/domain/', pathNot: anyTest },
      to: { pathNot: ['^services/$1/domain/', ...pureModules] },
    },
    {
      name: 'pure-modules-are-pure',
      comment: 'The domains rely on it. What comes to need more leaves the list, and so the domains.',
      severity: 'error',
      from: { path: pureModules },
      to: { pathNot: [...pureModules, '^(node:)?crypto$'] },
    },
    {
      name: 'adapters-are-constructed-in-service',
      comment:
        'Handlers and workers know ports. service.ts, with its parts in start/, chooses and constructs the adapters.',
      severity: 'error',
      from: {
        path: '^services/[^/]+/',
        pathNot: [anyTest, adapters, '^services/[^/]+/service[.]ts$', '^services/[^/]+/start/'],
      },
      to: { path: adapters },
    },
    {
      name: 'lib-knows-no-service',
      comment: 'lib is below everything: what it needs from above is handed in.',
      severity: 'error',
      from: { path: '^(lib|proto/gen)/', pathNot: anyTest },
      to: { path: '^(services|cli)/' },
    },
    {
      name: 'cli-starts-services-in-one-place',
      comment: 'The commands are clients. cli/services.ts alone starts services.',
      severity: 'error',
      from: { path: '^cli/', pathNot: [anyTest, '^cli/services[.]ts$', runbookTests] },
      to: { path: '^services/' },
    },
    {
      name: 'runbook-tests-start-nothing',
      comment:
        'They play what decides, checks and judges, on stores in memory: no service, no driver, no target.',
      severity: 'error',
      from: { path: runbookTests, pathNot: anyTest },
      to: { path: '^services/', pathNot: playedByRunbookTests },
    },
    {
      name: 'cli-starts-services-by-their-front-door',
      comment: 'What a service is made of is its own business.',
      severity: 'error',
      from: { path: '^cli/services[.]ts$' },
      to: {
        path: '^services/',
        pathNot:
          '^services/[^/]+/(main|service|config)[.]ts$|^services/executor/sandbox/start-sandbox-cluster[.]ts$',
      },
    },
    {
      name: 'services-know-no-cli',
      comment: 'The command line is on top.',
      severity: 'error',
      from: { path: '^services/', pathNot: anyTest },
      to: { path: '^cli/' },
    },
    {
      name: 'no-test-code-in-production',
      comment: 'Production would load a test, a stand-in or the test framework.',
      severity: 'error',
      from: { path: '^(lib|services|cli|proto/gen)/', pathNot: anyTest },
      to: { path: anyTest },
    },
    {
      name: 'no-dev-dependency-in-production',
      comment: 'It is not there after `npm ci --omit=dev`.',
      severity: 'error',
      from: { path: '^(lib|services|cli|proto/gen)/', pathNot: anyTest },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    ...driverRules,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // From the root: without the ^ it would drop, unseen, every import of a package that lies in its dist/.
    exclude: { path: '^([.]belay|coverage|dist)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
