// Who may import whom: docs/architecture.md, "Import rules". Checked by `npm test`.
const rooms =
  'activities|backup|bench|bridge|broker|cli|dashboard|deploy|research|setup|shared|sierra|simulation|simulator|stack|telemetry|temporal|test|watch|workers|workflows';
const TOUCHES_THE_MACHINE = '^(fs|fs/promises|child_process|http|https|http2|dgram|os|process|worker_threads)$';
/** A room may import only the rooms named (and npm packages and itself). */
const only = (room, allowed, comment) => ({
  name: `${room}-imports`,
  comment,
  severity: 'error',
  from: { path: `^${room}/` },
  to: { path: `^(${rooms})/`, pathNot: `^(${[room, ...allowed].join('|')})(/|$)|^activities/(step|formal)[.]ts$` },
});
module.exports = {
  forbidden: [
    only('shared', [], 'shared is what the tiers agree on; it knows none of them'),
    {
      name: 'shared-is-pure',
      severity: 'error',
      comment: 'what touches disk, processes or sockets is in shared/node, which the rest of shared does not know',
      from: { path: '^shared/', pathNot: '^shared/node/' },
      to: { path: `^shared/node/|${TOUCHES_THE_MACHINE}` },
    },
    only('research', ['shared'], 'research never reaches the bridge'),
    only(
      'bridge',
      ['shared', 'broker/load-release[.]ts$'],
      'the bridge never reaches research, Temporal or the command line',
    ),
    only(
      'backup',
      [
        'broker/(seal|prune|accept-release[.]ts$)',
        'research/(release|receive|store/catalogue[.]ts$|public/public-log[.]ts$)',
        'shared',
      ],
      "a backup reads what each tier keeps, with that tier's own readers, and starts none",
    ),
    only('broker', ['shared'], 'what the broker tier does beside the bridge process, without Temporal'),
    only('simulator', ['shared'], 'the simulator speaks TWS only'),
    only(
      'simulation',
      ['bridge', 'simulator', 'shared', 'research', 'test'],
      'bridge and gateway in a world of their own',
    ),
    only('dashboard', ['shared'], 'the public page knows signed facts only'),
    only('sierra', ['shared', 'setup'], 'the study is a program for Sierra Chart; what is here builds it for tests'),
    only(
      'deploy',
      ['shared', 'setup', 'broker/rsync', 'research/signer/signer-address[.]ts$'],
      'installing knows what tools need, and of a tier only how it is asked',
    ),
    only('setup', ['shared'], 'set-up finds and obtains tools; it runs before anything else exists'),
    only('watch', ['shared'], 'who watches Temporal and the tiers depends on neither'),
    only('telemetry', ['shared'], 'traces of what the workers do; nothing depends on them'),
    only('temporal', ['shared', 'workflows', 'setup'], 'server, namespace, schedules, bundle'),
    only(
      'stack',
      ['shared', 'setup', 'temporal', 'broker/rsync', 'research/release'],
      'processes of one machine, kept alive',
    ),
    only('workflows', ['shared', 'activities'], 'workflows see shared code and the types of activities'),
    {
      name: 'onnxruntime-is-told-first',
      severity: 'error',
      comment: 'it would report to its maker: shared/model/heads/no-telemetry.ts',
      from: { pathNot: '^shared/model/heads/onnx-runtime[.]ts$' },
      to: { path: 'node_modules/onnxruntime-node' },
    },
    {
      name: 'no-machine-in-workflows-and-pages',
      severity: 'error',
      comment: 'workflows are deterministic, and the public page runs where there is no disk',
      from: { path: '^(workflows|dashboard)/' },
      to: { path: '^shared/node/' },
    },
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
    only(
      'activities/broker',
      ['activities/broker', 'broker', 'shared'],
      'broker activities reach the bridge through files only',
    ),
    only('activities/alarms', ['activities/alarms', 'watch', 'shared'], 'telling alarms knows channels, and no tier'),
    only(
      'activities/public',
      ['activities/public', 'research/public', 'shared'],
      'public activities publish signed facts',
    ),
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
      comment: 'not of types either; in the simulated world the parts of one machine know each other by type',
      from: { pathNot: '^simulation/' },
      to: { circular: true },
    },
    {
      name: 'no-circular-in-simulation',
      severity: 'error',
      from: { path: '^simulation/' },
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
