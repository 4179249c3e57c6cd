import './world/install.js';
const { runDay } = await import('./day/run-day.js');
const { drawPlan } = await import('./plan/draw-plan.js');
const from = Number(process.argv[2] ?? 1), n = Number(process.argv[3] ?? 1), trace = process.argv.includes('--trace');
const t0 = process.hrtime.bigint();
for (let seed = from; seed < from + n; seed++) {
  const t = process.hrtime.bigint();
  const plan = drawPlan(seed);
  const r = await runDay(plan, { tell: trace ? (who, what) => process.stdout.write(`${who}: ${what}\n`) : null });
  process.stdout.write(`${seed} ${(Number(process.hrtime.bigint() - t) / 1e6).toFixed(0)}ms ev=${r.events} ord=${r.orders} ex=${r.executions} st=${r.starts} ${r.digest.slice(0, 8)} ${plan.setting.windowNames.map(x=>x.split(' ')[0]).join('+')} ${r.violation ? `${r.violation.invariant} @${r.violation.atMs.toFixed(0)} ${r.violation.what.slice(0, 300)}` : 'ok'}\n`);
}
process.stdout.write(`${(Number(process.hrtime.bigint() - t0) / 1e9 / n).toFixed(3)} s a day\n`);
