import type { Command } from 'commander';
import { grafanaDashboard, inhibitRules, prometheusRules } from '../../watch/prometheus-rules.js';
import { configOf, type HomeOptions, homeVerbs } from '../home-verb.js';

/** `believe monitor prometheus`: rules and a dashboard for those who have Prometheus and Grafana. */
export function registerPrometheus(noun: Command): void {
  homeVerbs(noun)(
    'prometheus',
    'rules of Prometheus, of Alertmanager, or a dashboard of Grafana, made from the list of watchdogs',
  )
    .option('--alertmanager', 'inhibition rules of Alertmanager')
    .option('--dashboard', 'a dashboard of Grafana')
    .action((options: HomeOptions & { alertmanager?: boolean; dashboard?: boolean }) => {
      const text = options.dashboard
        ? grafanaDashboard()
        : options.alertmanager
          ? inhibitRules()
          : prometheusRules(configOf(options).watch);
      process.stdout.write(text);
    });
}
