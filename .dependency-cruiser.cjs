// Who may import whom: docs/architecture.md, "Import rules". Checked by `npm test`.
const rooms =
  'activities|bench|bridge|cli|dashboard|research|setup|shared|simulation|simulator|temporal|test|workers|workflows';
/** A room may import only the rooms named (and npm packages and itself). */
const only = (room, allowed, comment) => ({
  name: `${room}-imports`,
  comment,
  severity: 'error',
  from: { path: `^${room}/` },
  to: { path: `^(${rooms})/`, pathNot: `^(${[room, ...allowed].join('|')})/|^activities/(step|asked)[.]ts$` },
});
module.exports = {
  forbidden: [
    only('shared', [], 'shared is what the tiers agree on; it knows none of them'),
    only('research', ['shared'], 'research never reaches the bridge'),
    only('bridge', ['shared'], 'the bridge never reaches research, Temporal or the command line'),
    only('simulator', ['shared'], 'the simulator speaks TWS only'),
    only(
      'simulation',
      ['bridge', 'simulator', 'shared', 'research', 'test'],
      'bridge and gateway in a world of their own',
    ),
    only('dashboard', ['shared'], 'the public page knows signed facts only'),
    only('setup', ['shared'], 'set-up finds and obtains tools; it runs before anything else exists'),
    only('temporal', ['shared', 'workflows', 'setup'], 'server, namespace, schedules, bundle'),
    only('workflows', ['shared', 'activities'], 'workflows see shared code and the types of activities'),
    {
      name: 'workflows-types-only',
      severity: 'error',
      comment: 'a workflow is deterministic: activities by type only',
      from: { path: '^workflows/' },
      to: { path: '^activities/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'workflows-no-io',
      severity: 'error',
      comment: 'no I/O in a workflow',
      from: { path: '^workflows/' },
      to: { dependencyTypes: ['core'] },
    },
    only('activities/research', ['activities/research', 'research', 'shared'], 'an activity adapts its own tier'),
    only('activities/broker', ['activities/broker', 'shared'], 'broker activities reach the bridge through files only'),
    only('activities/public', ['activities/public', 'dashboard', 'shared'], 'public activities publish signed facts'),
    {
      name: 'order-path',
      severity: 'error',
      comment: 'only the bridge can send an order',
      from: { pathNot: '^(bridge|simulator|test)/' },
      to: { path: 'node_modules/@stoqey/ib' },
    },
    {
      name: 'the-signer-signs',
      severity: 'error',
      comment: 'only the process that holds the release key loads what signs with it; others ask it',
      from: { pathNot: '^(research/(signer|release)|test|bench)/|^workers/signer[.]ts$' },
      to: { path: '^research/(signer/signer|release/sign-release)[.]ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'bridge-is-loaded-by-few',
      severity: 'error',
      comment: 'only the process that is the bridge, and tests, load it',
      from: { pathNot: '^(bridge|simulation|test|bench)/|^cli/bridge/run-bridge[.]ts$' },
      to: { path: '^bridge/' },
    },
    {
      name: 'simulation-is-for-tests',
      severity: 'error',
      comment: 'it changes what the builtins of Node do: no part of the product loads it',
      from: { pathNot: '^(simulation|test)/' },
      to: { path: '^simulation/' },
    },
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      comment: 'nothing imports this file: delete it',
      from: { orphan: true, pathNot: ['^(test|bench|workers|cli)/', '\\.d\\.ts$', '^[.]'] },
      to: {},
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
  },
};
