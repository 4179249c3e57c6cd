import type { RiskLimits } from '../../shared/config/risk.js';

/** Each limit of the settings beside the accepted one. */
export function limitsText(
  settings: RiskLimits,
  accepted: { readonly limits: RiskLimits; readonly signedBy: string | null } | null,
  looser: readonly string[],
): string {
  if (accepted === null)
    return 'no limits are accepted yet: the first start of the bridge accepts those of the settings';
  const names = Object.keys(settings) as (keyof RiskLimits)[];
  const lines = names.map((name) => {
    const mark = looser.includes(name) ? '  NOT SIGNED: wider than accepted' : '';
    return `  ${name.padEnd(26)} settings ${settings[name]}, accepted ${accepted.limits[name]}${mark}`;
  });
  const by =
    accepted.signedBy === null ? 'accepted at the first start, signed by nobody' : `signed by ${accepted.signedBy}`;
  const fix = looser.length === 0 ? [] : ['sign them with: believe bridge limits --sign --reason WHY'];
  return [`limits ${by}`, ...lines, ...fix].join('\n');
}
