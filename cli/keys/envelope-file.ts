import { UsageFailure } from '../../shared/failure.js';
import { HANDWRITTEN_BYTES_MAX, readInputText } from '../../shared/node/disk/plain-file.js';
import { type DsseEnvelope, dsseEnvelope } from '../../shared/trust/dsse.js';

/** What was printed or pasted into a file. @param name of what it should be: `signed order` @throws UsageFailure */
export function envelopeInFile(file: string, name: string, fix: string): DsseEnvelope {
  try {
    return dsseEnvelope.parse(JSON.parse(readInputText(file, HANDWRITTEN_BYTES_MAX)));
  } catch {
    throw new UsageFailure(`${file} is no ${name}`, fix);
  }
}
