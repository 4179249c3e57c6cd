import type { DefaultTheme } from 'vitepress';

/** Every page, once; a test holds it against the folder. */
export const sidebar: DefaultTheme.SidebarItem[] = [
  group('Start', [
    ['What it is', 'index'],
    ['The first hour', 'first-hour'],
  ]),
  group('Concepts', [
    ['Architecture', 'architecture'],
    ['The ship path', 'ship'],
    ['The gate', 'gate'],
    ['Releases', 'release'],
    ['Events and features', 'features'],
    ['Training', 'training'],
    ['The store', 'store'],
    ['The data path', 'data-path'],
    ['Replay and backtests', 'backtest'],
    ['Two captures compared', 'reconcile'],
    ['The public record', 'public'],
  ]),
  group('Operations', [
    ["An operator's day", 'operators-day'],
    ['Real machines', 'deploy'],
    ['Upgrades', 'upgrade'],
    ['The bridge', 'bridge'],
    ['From contract to contract', 'roll'],
    ['Watchdogs and alarms', 'alarms'],
    ['Monitoring', 'monitoring'],
    ['Telemetry', 'telemetry'],
    ['Backups', 'backup'],
    ['Formats and upgrades', 'formats'],
    ['Disk', 'disk'],
    ['Temporal', 'temporal'],
    ['Roles of the Temporal server', 'temporal-roles'],
    ['Sierra Chart', 'sierra'],
  ]),
  group('Runbooks', [['What to do when', 'runbooks']]),
  group('Threat model', [['Security', 'security']]),
  group('Reference', [
    ['Commands', 'commands'],
    ['Configuration', 'configuration'],
    ['Failures', 'failures'],
    ['The calendar', 'calendar'],
    ['Performance', 'performance'],
    ['The gateway simulator', 'simulator'],
    ['The simulated world', 'simulation'],
  ]),
];

function group(text: string, pages: readonly (readonly [text: string, page: string])[]): DefaultTheme.SidebarItem {
  return {
    text,
    items: pages.map(([title, page]) => ({ text: title, link: page === 'index' ? '/' : `/${page}` })),
  };
}
