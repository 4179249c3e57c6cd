import { isIP } from 'node:net';
import { z } from 'zod';
import { text } from './field-types.js';
import { isLoopback } from './loopback.js';

export const telemetryConfig = z
  .strictObject({
    traces: text
      .nullable()
      .default(null)
      .describe(
        'OTLP/HTTP address of a collector that workers send traces to, such as http://127.0.0.1:4318 (with no path: /v1/traces); null sends nothing.',
      ),
    headersFile: text
      .nullable()
      .default(null)
      .describe(
        'File with a header of those requests on each line, such as `Authorization: Bearer ...`, from the home folder on; null for none.',
      ),
    metricsAddress: text
      .refine((address) => isIP(address) !== 0, 'an IP address of this machine, such as 127.0.0.1')
      .default('127.0.0.1')
      .describe(
        'Address of this machine that the Prometheus ports of the workers (metrics.*Port) are on; that of the bridge is always on loopback.',
      ),
  })
  .superRefine(({ traces, headersFile }, context) => {
    const refuse = (field: string, input: unknown, message: string) =>
      context.addIssue({ code: 'custom', path: [field], input, message });
    if (traces === null) {
      if (headersFile !== null) refuse('headersFile', headersFile, 'null, because telemetry.traces is null');
      return;
    }
    const url = collectorUrl(traces);
    if (url === null)
      refuse('traces', traces, 'an http or https address without name and password, such as http://127.0.0.1:4318');
    else if (headersFile !== null && url.protocol === 'http:' && !isLoopback(url.hostname))
      refuse('traces', traces, 'https, because telemetry.headersFile holds a secret and others could read along');
  });

/** Where traces are posted; null where the text is no such address. */
export function collectorUrl(traces: string): URL | null {
  const url = URL.parse(traces);
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  if (url.username !== '' || url.password !== '' || url.hash !== '') return null;
  if (url.pathname === '/') url.pathname = '/v1/traces';
  return url;
}
